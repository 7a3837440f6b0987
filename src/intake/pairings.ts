/**
 * Pairing: someone who writes to an agent for the first time gets a code, and is let in once an operator has approved
 * it. Codes and pairings are notes, so every process of a hub knows them.
 */
import { z } from 'zod';
import { newCode, readCode } from '../core/code.js';
import { derivedId } from '../core/ids.js';
import { Source } from '../core/memory.js';
import {
  type Pairing,
  type PairingRequest,
  type Person,
  unknownCode,
  unknownPairing,
} from '../core/pairing.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

const codeMs = 60 * 60 * 1000;
/** A code is told again only after this long, however many messages come. */
const toldAgainMs = 60 * 1000;
const mostListed = 1000;

const person = {
  ...{ agentId: z.string(), connector: z.string(), tenant: z.string(), id: z.string() },
  name: z.string().optional(),
};
/** `source`: where they asked, for the good news. */
const Request = z.object({ ...person, code: z.string(), source: Source, askedAt: z.number() });
export type Request = z.infer<typeof Request>;
const Told = z.object({ code: z.string(), toldAt: z.number(), until: z.number() });
const Paired = z.object({ ...person, pairing: z.string(), pairedAt: z.number() });

const requestNote = defineNote({ key: (code: string) => `pairing-code:${code}`, schema: Request });
const toldNote = defineNote({ key: (pairing: string) => `pairing-asked:${pairing}`, schema: Told });
const pairedNote = defineNote({ key: (pairing: string) => `pairing:${pairing}`, schema: Paired });

export class Pairings {
  readonly #requests: TypedNotes<string, Request>;
  readonly #told: TypedNotes<string, z.infer<typeof Told>>;
  readonly #paired: TypedNotes<string, Pairing>;
  readonly #approved: (request: Request) => Promise<void>;

  /** `approved` is called once for every request that was approved. */
  constructor(notes: NoteStore, approved: (request: Request) => Promise<void>, log: Logger) {
    this.#requests = requestNote.in(notes, log);
    this.#told = toldNote.in(notes, log);
    this.#paired = pairedNote.in(notes, log);
    this.#approved = approved;
  }

  async isPaired(person: Person): Promise<boolean> {
    return (await this.#paired.get(pairingOf(person))) !== null;
  }

  /** The code to tell this person; null when it was told just now. The same one for as long as it is valid. */
  async ask(person: Person, source: Source): Promise<string | null> {
    const pairing = pairingOf(person);
    const told = await this.#told.get(pairing);
    const now = Date.now();
    if (told && now - told.toldAt < toldAgainMs) return null;
    // One about to end would be of no use to who is told it now.
    if (told && told.until - now > codeMs / 4) {
      await this.#told.put(pairing, { ...told, toldAt: now }, { ttlMs: told.until - now });
      return told.code;
    }
    const code = newCode();
    await this.#requests.put(code, { ...person, code, source, askedAt: now }, { ttlMs: codeMs });
    await this.#told.put(pairing, { code, toldAt: now, until: now + codeMs }, { ttlMs: codeMs });
    return code;
  }

  /** Who asked for this code. `within`: and asked for it there. */
  async asked(typed: string, within?: Pick<Person, 'agentId' | 'connector'>): Promise<Request | null> {
    const found = await this.#requests.get(readCode(typed));
    const fits = !within || (found?.agentId === within.agentId && found.connector === within.connector);
    return fits ? found : null;
  }

  get(pairing: string): Promise<Pairing | null> {
    return this.#paired.get(pairing);
  }

  /**
   * Lets in who has this code. `within`: only if it was asked for there, for operators of one agent on one platform.
   * @throws FatalError `pairing_unknown`; a code works once.
   */
  async approve(typed: string, within?: Pick<Person, 'agentId' | 'connector'>): Promise<Pairing> {
    const asked = await this.asked(typed, within);
    const request = asked && (await this.#requests.take(asked.code));
    if (!request) throw unknownCode();
    const { agentId, connector, tenant, id, name } = request;
    const person = { agentId, connector, tenant, id, name };
    const pairing: Pairing = { ...person, pairing: pairingOf(person), pairedAt: Date.now() };
    await this.#paired.put(pairing.pairing, pairing);
    await this.#told.take(pairing.pairing);
    await this.#approved(request);
    return pairing;
  }

  /** A thousand at most of both. */
  async list(): Promise<{ requests: PairingRequest[]; pairings: Pairing[] }> {
    const [requests, pairings] = await Promise.all([
      this.#requests.list('', mostListed),
      this.#paired.list('', mostListed),
    ]);
    return {
      requests: requests.flatMap(({ value }) => value ?? []).sort((a, b) => a.askedAt - b.askedAt),
      pairings: pairings.flatMap(({ value }) => value ?? []).sort((a, b) => a.pairedAt - b.pairedAt),
    };
  }

  /** @throws FatalError `pairing_unknown` */
  async revoke(pairing: string): Promise<Pairing> {
    const revoked = await this.#paired.take(pairing);
    if (revoked) return revoked;
    throw unknownPairing();
  }
}

function pairingOf({ agentId, connector, tenant, id }: Person): string {
  return derivedId('pairing', agentId, connector, tenant, id);
}
