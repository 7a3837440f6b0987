/**
 * JWTs of an identity provider in the place of tokens: whoever has signed in there speaks as themselves, and as nobody
 * else. RFC 9068 (access tokens), RFC 7519, RFC 8725 (best current practice).
 */
import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult, RemoteJWKSet } from 'jose';
import { z } from 'zod';
import type { TokenHolder } from '../access/principal.js';
import type { Config } from '../config.js';
import { FatalError, RetryableError } from '../errors.js';
import type { TokenVerifier } from './tokens.js';

export type IssuerConfig = NonNullable<Config['http']['issuer']>;

/** Public keys alone: with a symmetric algorithm a provider's public key would be a secret that everybody has. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const clockToleranceS = 5;
/** No provider gives access for longer; an `exp` in milliseconds lies thousands of years ahead. */
const longestS = 366 * 86_400;
const patienceMs = 5000;
/** Ids of the hub's own tokens begin otherwise. */
const idPrefix = 'jwt:';

/** Three parts, each base64url: `header.payload.signature`; `alg: none` has an empty one. */
const form = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** As a `userId` of the API. */
const Subject = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);
const Discovered = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** What is no JWT goes to `others`. */
export function withIssuer(config: IssuerConfig, others: TokenVerifier): TokenVerifier {
  let keys: Promise<RemoteJWKSet> | undefined;
  const { issuer, audience, type: typ, tenant, origins } = config;
  const options: JWTVerifyOptions = {
    ...{ issuer, audience, typ, algorithms, clockTolerance: clockToleranceS },
    requiredClaims: ['sub', 'exp', 'iss', 'aud'],
  };
  const keysNow = () => {
    keys ??= keySet(config);
    keys.catch(() => {
      keys = undefined;
    });
    return keys;
  };
  return {
    allows: async (origin) => origins.includes(origin) || (await others.allows(origin)),
    refresh: (olderMs) => others.refresh(olderMs),
    onChange: (listener) => others.onChange(listener),
    whyEnded(holder) {
      if (!holder.id?.startsWith(idPrefix)) return others.whyEnded(holder);
      if ((holder.expiresAt ?? 0) > Date.now()) return null;
      return new FatalError('token_revoked', 'The JWT of this request has expired.');
    },
    async verify(token) {
      if (!form.test(token)) return others.verify(token);
      const { payload } = await verified(token, await keysNow(), options);
      const sub = Subject.safeParse(payload.sub).data;
      if (sub === undefined) throw refused('its "sub" cannot be a user id');
      if (payload.exp! > Date.now() / 1000 + longestS)
        throw refused('its "exp" is more than a year ahead; it must be in seconds');
      const whose: TokenHolder = { id: idPrefix + sub, name: sub, tenant, role: 'member', user: sub };
      return { ...whose, origins, expiresAt: payload.exp! * 1000 };
    },
  };
}

async function verified(
  token: string,
  keys: RemoteJWKSet,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult<JWTPayload>> {
  const { errors, jwtVerify } = await import('jose');
  const check = async () => {
    try {
      return await jwtVerify(token, keys, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // It names no key: whichever of those of its kind has signed it.
      for await (const key of error) {
        const result = await jwtVerify(token, key, options).catch((failure) => {
          if (failure instanceof errors.JWSSignatureVerificationFailed) return null;
          throw failure;
        });
        if (result) return result;
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  };
  try {
    return await check();
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw unavailable(error);
    // Of a key set that is none, too; what it says, its provider must mend.
    if (error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC') throw unavailable(error);
    throw refused(error.message);
  }
}

async function keySet({ issuer, jwksUrl }: IssuerConfig): Promise<RemoteJWKSet> {
  const { createRemoteJWKSet } = await import('jose');
  const url = jwksUrl ?? (await discovered(issuer));
  return createRemoteJWKSet(new URL(url), { timeoutDuration: patienceMs });
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discovered(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs), redirect: 'error' });
    const found = Discovered.parse(await response.json());
    if (found.issuer === issuer) return found.jwks_uri;
  } catch (error) {
    throw unavailable(error);
  }
  throw unavailable(new Error(`${url} names another issuer`));
}

function refused(problem: string): FatalError {
  return new FatalError('token_invalid', `This JWT is not accepted: ${problem}.`);
}

function unavailable(cause: unknown): RetryableError {
  return new RetryableError(
    'issuer_unavailable',
    'The keys of the identity provider (CARRIER_JWT_ISSUER) cannot be read now; send the request again soon.',
    { cause, retryAfterMs: 5000 },
  );
}
