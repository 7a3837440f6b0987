/**
 * Places that are let in: a stranger who adds the agent to a group of their own is not served there until somebody has
 * approved the place's code. Codes and places are notes, so every process of a hub knows them.
 */
import { z } from 'zod';
import { derivedCode, readCode } from '../core/code.js';
import { derivedId } from '../core/ids.js';
import { type RoomSource, Source } from '../core/memory.js';
import { type PairedPlace, type Place, type PlaceRequest, unknownCode } from '../core/pairing.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { Checked } from './gate.js';

/** Whoever may let a place in need not be looking: a day. */
const codeMs = 24 * 60 * 60 * 1000;
const mostListed = 1000;

const place = {
  ...{ agentId: z.string(), connector: z.string(), tenant: z.string() },
  channel: z.string().optional(),
};
/** `source`: where it was asked for, for the good news. */
const Request = z.object({
  ...{ ...place, code: z.string(), source: Source, askedAt: z.number() },
  askedBy: z.object({ id: z.string(), name: z.string().optional() }),
});
export type PlaceAsked = z.infer<typeof Request>;
/** `message`: the one that is told the code. */
const Told = z.object({ code: z.string(), message: z.string() });
/** A revoked one stays, so that nothing that was served before the upgrade is let in again. */
const Noted = z.object({ ...place, pairedAt: z.number(), revokedAt: z.number().optional() });

const requestNote = defineNote({ key: (code: string) => `place-code:${code}`, schema: Request });
const toldNote = defineNote({ key: (pairing: string) => `place-asked:${pairing}`, schema: Told });
const placeNote = defineNote({ key: (pairing: string) => `place:${pairing}`, schema: Noted });

export interface PairedPlacesParts {
  notes: NoteStore;
  /** The same in all processes of a hub. */
  key: () => Uint8Array;
  /** Called once for every place that was approved. */
  approved(request: PlaceAsked): Promise<void>;
  log: Logger;
}

export class PairedPlaces {
  readonly #parts: PairedPlacesParts;
  readonly #requests: TypedNotes<string, PlaceAsked>;
  readonly #told: TypedNotes<string, z.infer<typeof Told>>;
  readonly #places: TypedNotes<string, z.infer<typeof Noted>>;

  constructor(parts: PairedPlacesParts) {
    this.#parts = parts;
    this.#requests = requestNote.in(parts.notes, parts.log);
    this.#told = toldNote.in(parts.notes, parts.log);
    this.#places = placeNote.in(parts.notes, parts.log);
  }

  /** Null: nothing is known of it. */
  async isIn(place: Place): Promise<boolean | null> {
    const noted = await this.#places.get(pairingOf(place));
    return noted && noted.revokedAt === undefined;
  }

  /** For a place that needs no code. One that was revoked stays out. */
  async note(place: Place): Promise<void> {
    if ((await this.isIn(place)) === null)
      await this.#places.put(pairingOf(place), { ...place, pairedAt: Date.now() });
  }

  /**
   * The code to tell whoever sent this message; null: another one was told it. It is told once while it is valid,
   * however many people write, in threads or through other processes, too.
   */
  async ask(place: Place, { source, author }: Pick<Checked, 'source' | 'author'>): Promise<string | null> {
    const pairing = pairingOf(place);
    const told = await this.#told.get(pairing);
    // Its process may have died before it could be told.
    if (told) return told.message === source.messageId ? told.code : null;
    const now = Date.now();
    const revokedAt = (await this.#places.get(pairing))?.revokedAt ?? 0;
    // Processes that are asked at the same moment make the same code. It changes within the time of the one before.
    const life = JSON.stringify({ pairing, revokedAt, day: Math.floor(now / codeMs) });
    const code = derivedCode(this.#parts.key(), life);
    const askedBy = { id: author.id, name: author.name };
    await this.#requests.put(code, { ...place, code, source, askedBy, askedAt: now }, { ttlMs: codeMs });
    await this.#told.put(pairing, { code, message: source.messageId }, { ttlMs: codeMs });
    return code;
  }

  /** What this code was asked for. `within`: and was asked for there. */
  async asked(typed: string, within?: Pick<Place, 'agentId' | 'connector'>): Promise<PlaceRequest | null> {
    const request = await this.#requests.get(readCode(typed));
    const fits = !within || (request?.agentId === within.agentId && request.connector === within.connector);
    return fits ? request : null;
  }

  /** Null: it is not let in. */
  async get(pairing: string): Promise<PairedPlace | null> {
    const noted = await this.#places.get(pairing);
    return noted && noted.revokedAt === undefined ? { ...noted, pairing } : null;
  }

  /** @throws FatalError `pairing_unknown`; a code works once. */
  async approve(code: string): Promise<PairedPlace> {
    const request = await this.#requests.take(readCode(code));
    if (!request) throw unknownCode();
    const { agentId, connector, tenant, channel } = request;
    const place = { agentId, connector, tenant, channel };
    const [pairing, pairedAt] = [pairingOf(place), Date.now()];
    await this.#places.put(pairing, { ...place, pairedAt });
    await this.#told.take(pairing);
    await this.#parts.approved(request);
    return { ...place, pairing, pairedAt };
  }

  /** A thousand at most of both. */
  async list(): Promise<{ placeRequests: PlaceRequest[]; places: PairedPlace[] }> {
    const [requests, places] = await Promise.all([
      this.#requests.list('', mostListed),
      this.#places.list('', mostListed),
    ]);
    const paired = places.flatMap(({ value }): PairedPlace[] =>
      value && value.revokedAt === undefined ? [{ ...value, pairing: pairingOf(value) }] : [],
    );
    return {
      placeRequests: requests.flatMap(({ value }) => value ?? []).sort((a, b) => a.askedAt - b.askedAt),
      places: paired.sort((a, b) => a.pairedAt - b.pairedAt),
    };
  }

  /** Null: no such place is let in. */
  async revoke(pairing: string): Promise<PairedPlace | null> {
    const place = await this.get(pairing);
    if (!place) return null;
    const { pairing: _, ...noted } = place;
    await this.#places.put(pairing, { ...noted, revokedAt: Date.now() });
    return place;
  }
}

/** What of a source is let in as one: all of a tenant, or where a platform has none, a channel with its threads. */
export function placeOf(agentId: string, { connector, tenant, channel }: RoomSource): Place {
  return { agentId, connector, tenant, ...(tenant === 'default' && { channel }) };
}

function pairingOf({ agentId, connector, tenant, channel }: Place): string {
  return derivedId('place', agentId, connector, tenant, ...(channel === undefined ? [] : [channel]));
}
