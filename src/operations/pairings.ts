import { z } from 'zod';
import type { Pairing, PairingRequest, Person } from '../core/pairing.js';
import { defineOperation } from './operation.js';
import { instant, texts } from './shapes.js';

const person = { ...texts('agentId', 'connector', 'tenant', 'userId'), name: z.string().optional() };
const ShownPairing = z.object({ pairing: z.string(), ...person, pairedAt: instant });
/** Operators of one agent on one platform let in there alone. */
const Within = z.strictObject({ agentId: z.string(), connector: z.string() }).optional();

export const listPairings = defineOperation({
  name: 'pairings.list',
  about: 'who asks to be let in, and who is',
  permission: 'pairings.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    requests: z.array(z.object({ code: z.string(), ...person, askedAt: instant })),
    pairings: z.array(ShownPairing),
  }),
  async run(_input, { pairings }) {
    const found = await pairings.list();
    return { requests: found.requests.map(shownRequest), pairings: found.pairings.map(shownPairing) };
  },
});

export const approvePairing = defineOperation({
  name: 'pairings.approve',
  about: 'let in who has this code',
  permission: 'pairings.change',
  input: z.strictObject({ code: z.string().min(1).max(64), within: Within }),
  output: ShownPairing,
  // A code is as good as a key until it is used, so it is not written down.
  concerns: ({ within }) => within ?? {},
  run: async ({ code, within }, { pairings }) => shownPairing(await pairings.approve(code, within)),
});

export const revokePairing = defineOperation({
  name: 'pairings.revoke',
  about: 'let out again',
  permission: 'pairings.change',
  input: z.strictObject({ pairing: z.string().min(1).max(64) }),
  output: ShownPairing,
  audit: (input) => input,
  run: async ({ pairing }, { pairings }) => shownPairing(await pairings.revoke(pairing)),
});

function shownRequest({ code, askedAt, ...who }: PairingRequest) {
  return { code, ...shown(who), askedAt };
}

function shownPairing({ pairing, pairedAt, ...who }: Pairing) {
  return { pairing, ...shown(who), pairedAt };
}

function shown({ agentId, connector, tenant, id, name }: Person) {
  return { agentId, connector, tenant, userId: id, name };
}
