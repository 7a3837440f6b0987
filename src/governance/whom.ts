/**
 * Whom: one person as everything that the store holds is compared with them: by their accounts, whole and exactly, and
 * never by a part of an id.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Account, accountId, type PlatformWide } from '../access/account.js';
import type { Memory } from '../core/memory.js';

/** Where something is, and whose it is there. */
export interface Place {
  connector?: string | undefined;
  tenant?: string | undefined;
}

export interface Whom {
  /** Null: they are known by their digests alone. */
  readonly accounts: readonly Account[] | null;
  is(place: Place | undefined, userId: string | undefined): boolean;
  /** By the id that notes of an account have in their keys. */
  isId(accountId: string): boolean;
}

export function whomOf(accounts: readonly Account[], platformWide: PlatformWide): Whom {
  const ids = new Set(accounts.map((account) => accountId(account, platformWide)));
  return { accounts, ...comparing((id) => ids.has(id), platformWide) };
}

/** Who was erased, without saying who that was. */
export interface Digests {
  salt: string;
  accounts: string[];
}

export function digestsOf(accounts: readonly Account[], platformWide: PlatformWide): Digests {
  const salt = randomBytes(16).toString('base64url');
  const digests = accounts.map((account) => digestOf(salt, accountId(account, platformWide)));
  return { salt, accounts: [...new Set(digests)].sort() };
}

/** For whoever has the digests alone: each account that is met is held against them. */
export function whomBy({ salt, accounts }: Digests, platformWide: PlatformWide): Whom {
  const known = new Set(accounts);
  return { accounts: null, ...comparing((id) => known.has(digestOf(salt, id)), platformWide) };
}

function comparing(isId: (id: string) => boolean, platformWide: PlatformWide): Omit<Whom, 'accounts'> {
  return {
    isId,
    is(place, userId) {
      const { connector, tenant } = place ?? {};
      if (connector === undefined || tenant === undefined || userId === undefined) return false;
      return isId(accountId({ connector, tenant, userId }, platformWide));
    },
  };
}

function digestOf(salt: string, id: string): string {
  return createHash('sha256').update(`${salt}\n${id}`).digest('base64url');
}

/** What they said, what was noted of it, and what they had the agent do later. */
export function isOf(
  { role, author, source }: Pick<Memory, 'role' | 'author' | 'source'>,
  whom: Whom,
): boolean {
  return role !== 'assistant' && whom.is(source, author.id);
}
