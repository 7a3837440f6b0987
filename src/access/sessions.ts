/**
 * Browsers that are signed in to the console. A session is a note under the hash of a secret that the browser's cookie has,
 * so every gateway knows it. What its person may is asked anew all the time: a role that is taken away counts within a
 * second, and so does signing out.
 */
import { hash as digestOf } from 'node:crypto';
import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { writtenAccount } from './account.js';
import { consoleAccount } from './console-account.js';
import type { Fresh, Freshness } from './freshness.js';
import type { Grounds } from './grounds.js';
import type { People } from './people.js';
import { hubTenant, type TokenHolder } from './principal.js';
import { type Grant, isAtLeast, levelOf, type Role } from './role.js';
import { isSecret, newSecret, SignedIn } from './sign-in-links.js';

const dayMs = 24 * 3_600_000;
/** However much it is used. */
const longestMs = 7 * dayMs;
const idleMs = dayMs / 2;
/** Not every request writes that it was used. */
const usedEveryMs = 5 * 60_000;
const mostListed = 10_000;

const Session = z.object({
  whom: SignedIn,
  /** Unix ms, as `until`. */
  since: z.number(),
  until: z.number(),
  userAgent: z.string(),
});
type Session = z.infer<typeof Session>;

const sessionNote = defineNote({ key: (hash: string) => `session:${hash}`, schema: Session });
/** Apart from the session, which is written once: what a late request writes must not bring back one that was ended. */
const usedNote = defineNote({
  key: (hash: string) => `session-used:${hash}`,
  schema: z.object({ at: z.number() }),
});

/** A session as lists show it. */
export interface ListedSession {
  id: string;
  whom: SignedIn;
  since: number;
  usedAt: number;
  until: number;
  userAgent: string;
}

export interface SessionsParts {
  notes: NoteStore;
  freshness: Freshness;
  people: Pick<People, 'linkConsole'>;
  grounds: Pick<Grounds, 'of'>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

const idPrefix = 'session_';

export class Sessions {
  readonly #parts: SessionsParts;
  readonly #sessions: TypedNotes<string, Session>;
  readonly #used: TypedNotes<string, { at: number }>;
  readonly #kept: Fresh<TokenHolder | null>;
  /** What is known of sessions that have requests open, by id; null: it has ended. */
  #known = new Map<string, { hash: string; holder: TokenHolder | null }>();
  /** Of which it was asked since the last look. */
  #asked = new Set<string>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#sessions = sessionNote.in(parts.notes, parts.log);
    this.#used = usedNote.in(parts.notes, parts.log);
    this.#kept = parts.freshness.kept();
  }

  /**
   * The secret for the browser's cookie. A person's account in the console is linked with the one they came from.
   * @throws FatalError `link_refused`
   */
  async open(whom: SignedIn, userAgent: string): Promise<{ secret: string; until: number }> {
    if (whom.kind === 'person') await this.#parts.people.linkConsole(whom.account);
    const secret = newSecret();
    const hash = digestOf('sha256', secret);
    const since = this.#parts.now();
    const until = since + longestMs;
    await this.#used.put(hash, { at: since }, { ttlMs: idleMs });
    const session = { whom, since, until, userAgent: userAgent.slice(0, 300) };
    await this.#sessions.put(hash, session, { ttlMs: longestMs });
    return { secret, until };
  }

  /** Whose it is, with what they may now; null: nobody's. */
  async verify(secret: string): Promise<TokenHolder | null> {
    if (!isSecret(secret)) return null;
    const hash = digestOf('sha256', secret);
    const holder = await this.#kept.get(hash, () => this.#read(hash));
    if (!holder) return null;
    this.#known.set(holder.id!, { hash, holder });
    this.#asked.add(holder.id!);
    return holder;
  }

  /** Why a request of this session must not go on, by what is known here; null: it may, or is none of a session. */
  whyEnded({ id, grants }: TokenHolder): FatalError | null {
    if (!id?.startsWith(idPrefix)) return null;
    this.#asked.add(id);
    const known = this.#known.get(id);
    if (!known) return null;
    if (!known.holder) return new FatalError('token_revoked', 'You were signed out of the console.');
    if (sameGrants(known.holder.grants, grants)) return null;
    return new FatalError('token_revoked', 'Your roles have changed meanwhile. Send the request again.');
  }

  /** Asks the store about sessions that have requests open. */
  async refresh(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Set();
    for (const id of this.#known.keys()) if (!asked.has(id)) this.#known.delete(id);
    await Promise.all(
      [...asked].map(async (id) => {
        const known = this.#known.get(id);
        if (!known) return;
        known.holder = await this.#kept.get(known.hash, () => this.#read(known.hash));
      }),
    );
  }

  /** All, the newest first. */
  async list(): Promise<ListedSession[]> {
    const found = await this.#sessions.list('', mostListed);
    const listed = await Promise.all(
      found.map(async ({ key, value }) => {
        const hash = key.slice(key.indexOf(':') + 1);
        const used = value && (await this.#usedAt(hash, value));
        if (!value || used === null) return [];
        const { whom, since, until, userAgent } = value;
        return [{ id: sessionId(hash), whom, since, usedAt: used, until, userAgent }];
      }),
    );
    return listed.flat().sort((one, other) => other.since - one.since);
  }

  /** Within a second no process takes it, and its streams end. False: there is none. */
  async end(id: string): Promise<boolean> {
    const found = (await this.#sessions.list('', mostListed)).find(
      ({ key }) => sessionId(key.slice(key.indexOf(':') + 1)) === id,
    );
    return found ? this.#endOf(found.key.slice(found.key.indexOf(':') + 1)) : false;
  }

  async #read(hash: string): Promise<TokenHolder | null> {
    const session = await this.#sessions.get(hash);
    const usedAt = session && (await this.#usedAt(hash, session));
    if (!session || usedAt === null) return null;
    const now = this.#parts.now();
    if (now - usedAt > usedEveryMs) await this.#used.put(hash, { at: now }, { ttlMs: idleMs });
    const holder = await this.#holderOf(sessionId(hash), session.whom);
    if (holder) return holder;
    // What is known here may be older than the session: so it is asked of the store, and then the session ends for good.
    this.#parts.freshness.changed();
    const again = await this.#holderOf(sessionId(hash), session.whom);
    if (!again) await this.#endOf(hash);
    return again;
  }

  async #endOf(hash: string): Promise<boolean> {
    const taken = await this.#sessions.take(hash);
    await this.#used.take(hash);
    this.#parts.freshness.changed();
    return taken !== null;
  }

  /** Null: it is over. */
  async #usedAt(hash: string, { until }: Session): Promise<number | null> {
    const now = this.#parts.now();
    const used = until > now ? await this.#used.get(hash) : null;
    return used && used.at > now - idleMs ? used.at : null;
  }

  /** Null: what it rests on is gone. */
  async #holderOf(id: string, whom: SignedIn): Promise<TokenHolder | null> {
    if (whom.kind === 'owner') return { id, name: 'console', tenant: hubTenant, role: 'owner', admin: true };
    const grants = await this.#parts.grounds.of(whom);
    if (!grants) return null;
    const self = consoleAccount(whom.account).userId;
    const isOperator = grants.some(({ role }) => isAtLeast(role, 'operator'));
    return {
      ...{ id, name: writtenAccount(whom.account), tenant: hubTenant, role: highest(grants), grants, self },
      ...(!isOperator && { user: self }),
    };
  }
}

function highest(grants: readonly Grant[]): Role {
  return grants.reduce<Role>((best, { role }) => (isAtLeast(role, best) ? role : best), 'guest');
}

function sameGrants(one: readonly Grant[] = [], other: readonly Grant[] = []): boolean {
  return written(one) === written(other);
}

function written(grants: readonly Grant[]): string {
  return grants
    .map(({ role, level }) => JSON.stringify([role, Object.entries(levelOf(level)).sort()]))
    .sort()
    .join();
}

/** Names it in lists and the audit log, and opens nothing. */
function sessionId(hash: string): string {
  return derivedId('session', hash);
}
