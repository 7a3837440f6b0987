/**
 * Tokens that were issued, as they lie in the store: notes, not records of `TokenStore`. A hub of before there were
 * scopes takes every record for an administrator's; of notes it knows nothing, and answers 401.
 */
import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import { defineNote } from '../store/note.js';
import { SealedSecret } from '../store/secret-store.js';
import type { TokenRecord } from '../store/token-store.js';
import { hubTenant, type TokenHolder } from './principal.js';
import { isAtLeast, roles } from './role.js';

/** Strict: what a newer hub has limited in a way that this one does not know is no token here. */
const IssuedToken = z.strictObject({
  /** SHA-256 of the token, hex. The token itself is nowhere in the store. */
  hash: z.string(),
  name: z.string(),
  role: z.enum(roles),
  tenant: z.string(),
  scopes: z.array(z.string()).optional(),
  agents: z.array(z.string()).optional(),
  user: z.string().optional(),
  origins: z.array(z.string()).optional(),
  ratePerMinute: z.number().optional(),
  /** Unix ms, as `createdAt`. */
  expiresAt: z.number().optional(),
  createdAt: z.number(),
  /** Id of the token that it was asked for with; else who asked. */
  madeBy: z.string(),
  /** Signs callbacks of messages that came with it; absent: the hub that issued it had no key to seal it with. */
  callbackSecret: SealedSecret.optional(),
});
export type IssuedToken = z.infer<typeof IssuedToken>;

/** By the token's id. */
export const issuedNote = defineNote({ key: (id: string) => `issued-token:${id}`, schema: IssuedToken });

/** Another value after every change, so that nobody reads all of them to learn that there was none. */
export const changeNote = defineNote({ key: (_: 'change') => 'issued-tokens-changed', schema: z.string() });

/** Reading them reads all, and each hub holds them in memory. */
export const mostTokens = 10_000;
/** Of one tenant other than the hub's: none takes what is left from all others. */
export const mostOfTenant = 1000;

/** Names a token in lists, messages and the audit log, and tells nothing of it: its hash is not told either. */
export function tokenId(hash: string): string {
  return derivedId('tok', hash);
}

export function isTokenId(text: string): boolean {
  return /^tok_[\da-f]{32}$/.test(text);
}

export function holderOfIssued(token: IssuedToken): TokenHolder {
  const { hash, createdAt: _, madeBy: __, callbackSecret: ___, ...holder } = token;
  return { id: tokenId(hash), ...holder, admin: isAtLeast(token.role, 'admin') };
}

/** A hub's own, that of its file. One of a tenant was made by hand, in the store. */
export function holderOfRecord({ hash, name, role, tenant }: TokenRecord): TokenHolder {
  return {
    ...{ id: tokenId(hash), name, tenant, admin: role === 'admin', bootstrap: true },
    role: tenant === hubTenant ? 'owner' : 'admin',
  };
}
