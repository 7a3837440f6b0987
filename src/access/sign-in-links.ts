/**
 * Links that sign a browser in to the console: good once, for ten minutes, and for whom they were made. Their code lies here
 * as a hash alone; the reply that brings one to a chat has it, until it is delivered and overwritten.
 */
import { hash as digestOf, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { Account, type ProofOf } from './account.js';

/** How long a link is good, in ms. */
const linkMs = 10 * 60_000;

/** Whom a link or a session is for: whoever has the hub's admin token, or somebody who wrote to an agent. */
export const SignedIn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('owner') }),
  z.object({
    kind: z.literal('person'),
    /** As whom they wrote. */
    account: Account,
    /** To this agent, with which they may go on talking. */
    agentId: z.string(),
    name: z.string().optional(),
    /** What proved the account then (`Connector.proofOf`). */
    proof: z.string().optional(),
  }),
]);
export type SignedIn = z.infer<typeof SignedIn>;

/** `until`: Unix ms, by the hub's clock; the store's own only clears away what is long over. */
const Link = z.object({ whom: SignedIn, until: z.number() });

const signInNote = defineNote({ key: (hash: string) => `sign-in:${hash}`, schema: Link });

/** 32 random bytes as base64url. */
const form = /^[\w-]{43}$/;

export function isSecret(text: string): boolean {
  return form.test(text);
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export interface SignInLinksParts {
  /** Where people reach the hub; undefined: where it listens. */
  publicUrl: string | undefined;
  notes: NoteStore;
  proofOf: ProofOf;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class SignInLinks {
  readonly #proofOf: ProofOf;
  readonly #notes: TypedNotes<string, z.infer<typeof Link>>;
  readonly #now: () => number;
  #url: string | undefined;
  #onlyHere: boolean;

  constructor({ notes, now, log, publicUrl, proofOf }: SignInLinksParts) {
    this.#proofOf = proofOf;
    this.#url = publicUrl;
    this.#onlyHere = publicUrl === undefined;
    this.#notes = signInNote.in(notes, log);
    this.#now = now;
  }

  /** Where this process listens: links begin with it, unless people reach the hub elsewhere. */
  listensOn(url: string): void {
    this.#url ??= url;
  }

  /**
   * Its code is told here and nowhere else. `onlyHere`: browsers on this machine alone are sure to reach it.
   * @returns `expiresAt` in Unix ms.
   * @throws RetryableError `shutting_down` before it is known where the hub listens.
   */
  async make(signsIn: SignedIn): Promise<{ url: string; expiresAt: number; onlyHere: boolean }> {
    const url = this.#url;
    if (url === undefined)
      throw new RetryableError('shutting_down', 'The hub is not reachable yet; try again in a moment.', {
        retryAfterMs: 1000,
      });
    const proof = signsIn.kind === 'person' ? this.#proofOf(signsIn.account, signsIn.agentId) : undefined;
    const whom = { ...signsIn, ...(proof !== undefined && { proof }) };
    const code = newSecret();
    const until = this.#now() + linkMs;
    await this.#notes.put(digestOf('sha256', code), { whom, until }, { ttlMs: linkMs });
    return { url: `${url}/console/sign-in?code=${code}`, expiresAt: until, onlyHere: this.#onlyHere };
  }

  /** Whom it is for, without using it up; null: no such code, or it was used, or is too old. */
  async look(code: string): Promise<SignedIn | null> {
    return isSecret(code) ? this.#ifGood(await this.#notes.get(digestOf('sha256', code))) : null;
  }

  /** Whom it is for, and nobody gets that again; null: no such code, or it was used, or is too old. */
  async take(code: string): Promise<SignedIn | null> {
    return isSecret(code) ? this.#ifGood(await this.#notes.take(digestOf('sha256', code))) : null;
  }

  #ifGood(link: z.infer<typeof Link> | null): SignedIn | null {
    return link && link.until > this.#now() ? link.whom : null;
  }
}
