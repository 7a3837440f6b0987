/** Bearer tokens: the hub keeps their SHA-256 only, and compares in constant time. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import { hubTenant } from '../access/principal.js';
import type { HubRequest, Principal } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import type { TokenRecord, TokenStore } from '../store/token-store.js';

export interface TokenVerifier {
  /** Whose token it is; null when it is nobody's. */
  verify(token: string): Promise<Principal | null>;
}

/** How long the store is not asked again, however many tokens are tried: with its answer's time, less than a second. */
const knownForMs = 800;

/** Verifies against the tokens in the store. What any process saves or removes there counts within a second. */
export function tokenVerifier(store: Pick<TokenStore, 'list'>): TokenVerifier {
  const verified = new LRUCache<string, Principal>({ max: 1000 });
  let records: TokenRecord[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  async function load(): Promise<void> {
    const askedAt = performance.now();
    loading ??= store
      .list()
      .then((found) => {
        records = found;
        verified.clear();
        loadedAt = askedAt;
      })
      .finally(() => {
        loading = null;
      });
    await loading;
  }

  function find(digest: string): Principal | null {
    const asked = Buffer.from(digest, 'hex');
    const record = records.find((candidate) => {
      const known = Buffer.from(candidate.hash, 'hex');
      return known.length === asked.length && timingSafeEqual(known, asked);
    });
    return record
      ? {
          name: record.name,
          tenant: record.tenant,
          admin: record.role === 'admin',
          role: record.tenant === hubTenant ? 'owner' : 'admin',
        }
      : null;
  }

  return {
    async verify(token) {
      const digest = hash('sha256', token);
      if (performance.now() - loadedAt > knownForMs) await load();
      const principal = verified.get(digest) ?? find(digest);
      if (principal) verified.set(digest, principal);
      return principal;
    },
  };
}

/** The `b64token` of RFC 6750, section 2.1; the scheme's case does not matter. */
const bearerHeader = /^Bearer +(\S+)$/i;

/** Lets a request pass with a valid token and puts its owner on `req.principal`. */
export function requireToken(tokens: TokenVerifier): RequestHandler {
  return async (req, res, next) => {
    const token = bearerHeader.exec(req.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      res.setHeader('WWW-Authenticate', 'Bearer');
      throw new FatalError('token_missing', 'Send the header "Authorization: Bearer TOKEN" with your token.');
    }
    const principal = await tokens.verify(token);
    if (!principal) {
      // RFC 6750, section 3.1.
      res.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
      throw new FatalError(
        'token_invalid',
        'This token is not known to the hub; check that it was copied whole and not replaced since.',
      );
    }
    (req as HubRequest).principal = principal;
    next();
  };
}
