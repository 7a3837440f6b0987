/**
 * Pairing: who writes to an agent for the first time gets a code, and is let in once an operator has approved it.
 * Codes and pairings are notes, so every process of a hub knows them.
 */
import { randomInt } from 'node:crypto';
import { derivedId } from '../core/ids.js';
import type { Source } from '../core/memory.js';
import type { Pairing, PairingRequest, Person } from '../core/pairing.js';
import { FatalError } from '../errors.js';
import type { NoteStore } from '../store/note-store.js';

/** Without 0 and O, 1, I and L, which people mix up. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const codeLength = 8;
const codeMs = 60 * 60 * 1000;
/** A code is told again only after this long, however many messages come. */
const toldAgainMs = 60 * 1000;
const mostListed = 1000;

/** As it is kept. */
interface Asked extends PairingRequest {
  /** Where they asked, for the good news. */
  source: Source;
}

export class Pairings {
  readonly #notes: NoteStore;
  readonly #approved: (request: Asked) => Promise<void>;

  /** `approved` is called once for every request that was approved. */
  constructor(notes: NoteStore, approved: (request: Asked) => Promise<void>) {
    this.#notes = notes;
    this.#approved = approved;
  }

  async isPaired(person: Person): Promise<boolean> {
    return (await this.#notes.get(pairedKey(pairingOf(person)))) !== null;
  }

  /** The code to tell this person; null when it was told just now. The same one for as long as it is valid. */
  async ask(person: Person, source: Source): Promise<string | null> {
    const key = askedKey(pairingOf(person));
    const asked = (await this.#notes.get(key)) as { code: string; toldAt: number; until: number } | null;
    const now = Date.now();
    if (asked && now - asked.toldAt < toldAgainMs) return null;
    // One about to end would be of no use to who is told it now.
    if (asked && asked.until - now > codeMs / 4) {
      await this.#notes.put(key, { ...asked, toldAt: now }, { ttlMs: asked.until - now });
      return asked.code;
    }
    const code = newCode();
    const request: Asked = { ...person, code, source, askedAt: now };
    await this.#notes.put(codeKey(code), request, { ttlMs: codeMs });
    await this.#notes.put(key, { code, toldAt: now, until: now + codeMs }, { ttlMs: codeMs });
    return code;
  }

  /**
   * Lets in who has this code. `within`: only if it was asked for there, for operators of one agent on one platform.
   * @throws FatalError `pairing_unknown`; a code works once.
   */
  async approve(code: string, within?: Pick<Person, 'agentId' | 'connector'>): Promise<Pairing> {
    const key = codeKey(code.toUpperCase().replace(/[^A-Z0-9]/g, ''));
    const found = (await this.#notes.get(key)) as Asked | null;
    const fits = !within || (found?.agentId === within.agentId && found.connector === within.connector);
    const request = found && fits ? ((await this.#notes.take(key)) as Asked | null) : null;
    if (!request) {
      throw new FatalError(
        'pairing_unknown',
        'No such code. It may have been used, or be older than an hour.',
        {
          field: 'code',
        },
      );
    }
    const { agentId, connector, tenant, id, name } = request;
    const person = { agentId, connector, tenant, id, name };
    const pairing: Pairing = { ...person, pairing: pairingOf(person), pairedAt: Date.now() };
    await this.#notes.put(pairedKey(pairing.pairing), pairing);
    await this.#notes.take(askedKey(pairing.pairing));
    await this.#approved(request);
    return pairing;
  }

  /** The newest thousand at most of both. */
  async list(): Promise<{ requests: PairingRequest[]; pairings: Pairing[] }> {
    const [requests, pairings] = await Promise.all([
      this.#notes.list(codeKey(''), mostListed),
      this.#notes.list(pairedKey(''), mostListed),
    ]);
    return {
      requests: requests.map(({ value }) => value as PairingRequest).sort((a, b) => a.askedAt - b.askedAt),
      pairings: pairings.map(({ value }) => value as Pairing).sort((a, b) => a.pairedAt - b.pairedAt),
    };
  }

  /** @throws FatalError `pairing_unknown` */
  async revoke(pairing: string): Promise<Pairing> {
    const revoked = (await this.#notes.take(pairedKey(pairing))) as Pairing | null;
    if (revoked) return revoked;
    throw new FatalError('pairing_unknown', 'No such pairing. `carrier pairing list` names them.', {
      field: 'pairing',
    });
  }
}

function newCode(): string {
  return Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function pairingOf({ agentId, connector, tenant, id }: Person): string {
  return derivedId('pairing', agentId, connector, tenant, id);
}

const codeKey = (code: string) => `pairing-code:${code}`;
const askedKey = (pairing: string) => `pairing-asked:${pairing}`;
const pairedKey = (pairing: string) => `pairing:${pairing}`;
