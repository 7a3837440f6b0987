import { z } from 'zod';
import type { Resource } from '../access/role.js';
import {
  type PairedPlace,
  type Pairing,
  type PairingRequest,
  type Person,
  type Place,
  type PlaceRequest,
  unknownCode,
  unknownPairing,
} from '../core/pairing.js';
import { defineOperation } from './operation.js';
import { id, instant, texts } from './shapes.js';

const where = texts('agentId', 'connector', 'tenant');
const person = { ...where, userId: z.string(), name: z.string().optional() };
/** Without `channel`: all of the tenant. */
const place = { ...where, channel: z.string().optional() };
const ShownPairing = z.object({ pairing: z.string(), ...person, pairedAt: instant });
const ShownPlace = z.object({ pairing: z.string(), ...place, pairedAt: instant });
const ShownPlaceRequest = z.object({
  ...{ code: z.string(), ...place, askedAt: instant },
  askedBy: z.object({ userId: z.string(), name: z.string().optional() }),
});
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
    placeRequests: z.array(ShownPlaceRequest),
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

export const listPlaces = defineOperation({
  name: 'places.list',
  about: 'servers, groups and channels that were let in, and those that ask to be',
  permission: 'pairings.read',
  reads: true,
  input: z.strictObject({ agentId: id.optional() }),
  partly: true,
  output: z.object({ places: z.array(ShownPlace), requests: z.array(ShownPlaceRequest) }),
  concerns: ({ agentId }) => ({ agentId }),
  async run({ agentId }, { places, sees }) {
    const { places: known, placeRequests } = await places.list();
    const wanted = (place: Place) => (agentId === undefined || place.agentId === agentId) && sees(place);
    return {
      places: known.filter(wanted),
      requests: placeRequests.filter(wanted).map(shownPlaceRequest),
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
  async concerns({ code, within }, { pairings, places }): Promise<Resource> {
    const place = await places.asked(code, within);
    if (place) return { ...whereOf(place), place: true };
    const person = await pairings.asked(code, within);
    // Not of the person themselves: whoever asks to be let in does not approve it, by whatever token.
    return person ? whereOf(person) : { ...within };
  },
  unknown: { of: unknownCode },
  async run({ code, within }, { pairings, places }): Promise<PairedPlace | ReturnType<typeof shownPairing>> {
    if (await places.asked(code, within)) return places.approve(code);
    return shownPairing(await pairings.approve(code, within));
  },
});

export const revokePairing = defineOperation({
  name: 'pairings.revoke',
  about: 'let a person or a place out again',
  permission: 'pairings.revoke',
  input: z.strictObject({ pairing: z.string().min(1).max(64) }),
  output: Either,
  async concerns({ pairing }, { pairings, places }): Promise<Resource> {
    const place = await places.get(pairing);
    if (place) return { ...whereOf(place), place: true };
    const person = await pairings.get(pairing);
    return person ? { ...whereOf(person), userId: person.id } : {};
  },
  unknown: { of: unknownPairing },
  audit: (input) => input,
  async run({ pairing }, { pairings, places }) {
    return (await places.revoke(pairing)) ?? shownPairing(await pairings.revoke(pairing));
  },
});

function whereOf({ agentId, connector, tenant, channel }: Place): Resource {
  return { agentId, connector, tenant, channel };
}

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
