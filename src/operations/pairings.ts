import { z } from 'zod';
import type { PairedPlace, Pairing, PairingRequest, Person, PlaceRequest } from '../core/pairing.js';
import { defineOperation } from './operation.js';
import { instant, texts } from './shapes.js';

const where = texts('agentId', 'connector', 'tenant');
const person = { ...where, userId: z.string(), name: z.string().optional() };
/** Without `channel`: all of the tenant. */
const place = { ...where, channel: z.string().optional() };
const ShownPairing = z.object({ pairing: z.string(), ...person, pairedAt: instant });
const ShownPlace = z.object({ pairing: z.string(), ...place, pairedAt: instant });
/** A person has `userId`; a place has none. */
const Either = z.object({ ...ShownPairing.shape, ...place, userId: z.string().optional() });
/** Operators of one agent on one platform let in there alone. */
const Within = z.strictObject({ agentId: z.string(), connector: z.string() }).optional();

export const listPairings = defineOperation({
  name: 'pairings.list',
  about: 'which people and places ask to be let in, and which are',
  permission: 'pairings.read',
  reads: true,
  input: z.strictObject({}),
  partly: true,
  output: z.object({
    requests: z.array(z.object({ code: z.string(), ...person, askedAt: instant })),
    pairings: z.array(ShownPairing),
    placeRequests: z.array(
      z.object({
        ...{ code: z.string(), ...place, askedAt: instant },
        askedBy: z.object({ userId: z.string(), name: z.string().optional() }),
      }),
    ),
    places: z.array(ShownPlace),
  }),
  async run(_input, { pairings, places, sees }) {
    const [people, groups] = await Promise.all([pairings.list(), places.list()]);
    return {
      requests: people.requests.map(shownRequest).filter(sees),
      pairings: people.pairings.map(shownPairing).filter(sees),
      placeRequests: groups.placeRequests.map(shownPlaceRequest).filter(sees),
      places: groups.places.filter(sees),
    };
  },
});

export const approvePairing = defineOperation({
  name: 'pairings.approve',
  about: 'let in the person or the place that has this code',
  permission: 'pairings.approve',
  input: z.strictObject({ code: z.string().min(1).max(64), within: Within }),
  output: Either,
  // A code is as good as a key until it is used, so it is not written down.
  concerns: async ({ code, within }, { places }) => ({
    ...within,
    place: await places.hasCode(code, within),
  }),
  async run({ code, within }, { pairings, places }): Promise<PairedPlace | ReturnType<typeof shownPairing>> {
    if (await places.hasCode(code, within)) return places.approve(code);
    return shownPairing(await pairings.approve(code, within));
  },
});

export const revokePairing = defineOperation({
  name: 'pairings.revoke',
  about: 'let a person or a place out again',
  permission: 'pairings.revoke',
  input: z.strictObject({ pairing: z.string().min(1).max(64) }),
  output: Either,
  audit: (input) => input,
  async run({ pairing }, { pairings, places }) {
    return (await places.revoke(pairing)) ?? shownPairing(await pairings.revoke(pairing));
  },
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

function shownPlaceRequest({ askedBy: { id, name }, ...request }: PlaceRequest) {
  return { ...request, askedBy: { userId: id, name } };
}
