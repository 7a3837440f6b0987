/**
 * Who writes: a visitor whom nobody knows, by a token of the hub's own, or a user of the site, by a token that the site
 * has signed. The page sends the hub's own with each call; the site's is only ever changed into one of those.
 */
import { createHmac } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { FatalError, newId } from '../../src/extension-api.js';

export interface Visitor {
  /** `anonymous:…` or `signed:…`. */
  id: string;
  /** As the site calls them. */
  name?: string;
  /** Unix seconds; the page asks the site for another token then. */
  expiresAt: number;
}

export interface VisitorsOptions {
  agentId: string;
  /** The hub's own key for this, in hex. */
  key: string;
  /** The site's; absent: it signs nobody in. */
  secret?: string | undefined;
  /** Whether visitors may write whom no site has signed in. */
  anonymous: boolean;
}

const algorithm = 'HS256';
/** Renewed with each visit, in seconds. */
const anonymousLasts = 180 * 24 * 60 * 60;
/** Of a user's token, however long the site's own is good for; and of addresses of files. */
const signedLasts = 60 * 60;
/** No site signs somebody in for longer; an `exp` in milliseconds lies thousands of years ahead. */
const longest = 366 * 24 * 60 * 60;
/** Clocks of servers differ by so much, in seconds. */
const clockTolerance = 10;

/** What a site says of a user. `sub` is what it calls them for ever. */
const SiteClaims = z.object({
  sub: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u),
  exp: z.number(),
  iat: z.number(),
  name: z.string().max(100).optional(),
});

type Use = 'talk' | 'files';

export class Visitors {
  readonly #options: VisitorsOptions;

  constructor(options: VisitorsOptions) {
    this.#options = options;
  }

  /** Somebody new. @throws FatalError `token_missing` where only users of the site may write */
  anonymous(): Visitor {
    if (!this.#options.anonymous)
      throw new FatalError('token_missing', 'Sign in on this site to write here.');
    return { id: `anonymous:${newId()}`, expiresAt: now() + anonymousLasts };
  }

  /** @throws FatalError `token_invalid`: not signed with the secret, expired, or without `sub`, `iat` and `exp`. */
  async signed(token: string): Promise<Visitor> {
    const { secret } = this.#options;
    if (secret === undefined) throw refused('this chat knows no users of sites (connectors.webchat.secret)');
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      ...{ algorithms: [algorithm], requiredClaims: ['sub', 'iat', 'exp'], clockTolerance },
    }).catch((cause: Error) => {
      throw refused(cause.message, cause);
    });
    const claims = SiteClaims.safeParse(payload);
    if (!claims.success) throw refused('sub must be a text of at most 200 characters');
    const { sub, name, exp, iat } = claims.data;
    if (iat > now() + clockTolerance) throw refused('iat is in the future');
    if (exp > now() + longest) throw refused('exp is more than a year ahead; it must be in seconds');
    return {
      id: `signed:${sub}`,
      ...(name && { name: name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim() || undefined }),
      expiresAt: Math.min(exp, now() + signedLasts),
    };
  }

  /** The hub's own token for a visitor; for `files`, it opens nothing but files. */
  issue({ id, name, expiresAt }: Visitor, use: Use = 'talk'): Promise<string> {
    const expires = use === 'files' ? Math.min(expiresAt, now() + signedLasts) : expiresAt;
    return new SignJWT({ ...(name && { name }) })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(id)
      .setAudience(use)
      .setIssuer(this.#options.agentId)
      .setExpirationTime(expires)
      .sign(this.#keyFor(id));
  }

  /** @throws FatalError `token_missing`, `token_invalid` */
  async read(token: string | undefined, use: Use = 'talk'): Promise<Visitor> {
    if (!token) throw new FatalError('token_missing', 'This is only open to visitors of the chat.');
    const id = subjectOf(token);
    if (isAnonymous(id) && !this.#options.anonymous)
      throw new FatalError('token_missing', 'Sign in on this site to write here.');
    const { payload } = await jwtVerify(token, this.#keyFor(id), {
      ...{ algorithms: [algorithm], audience: use, issuer: this.#options.agentId, subject: id },
      requiredClaims: ['sub', 'exp'],
    }).catch((cause: Error) => {
      throw refused(cause.message, cause);
    });
    const { name, exp } = payload as { name?: string; exp: number };
    return { id, ...(name && { name }), expiresAt: exp };
  }

  /** Renewed for those who come back; users of a site are renewed by their site. */
  renewed(visitor: Visitor): Visitor {
    return isAnonymous(visitor.id) ? { ...visitor, expiresAt: now() + anonymousLasts } : visitor;
  }

  /** Of whoever wrote as this one: another one when their tokens are good no more. */
  proofOf(id: string): string {
    return createHmac('sha256', this.#keyFor(id)).update('proof').digest('base64url');
  }

  /** Users' tokens end with the site's secret: whoever changes it wants those of the old one out. */
  #keyFor(id: string): Uint8Array {
    const { key, secret = '' } = this.#options;
    const hmac = createHmac('sha256', Buffer.from(key, 'hex'));
    return hmac.update(isAnonymous(id) ? 'anonymous' : `signed ${secret}`).digest();
  }
}

export function isAnonymous(id: string): boolean {
  return id.startsWith('anonymous:');
}

/** Says which key it must be signed with, and proves nothing. */
function subjectOf(token: string): string {
  try {
    const [, payload = ''] = token.split('.');
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof sub === 'string') return sub;
  } catch {
    // Below.
  }
  throw refused('it is none of the hub');
}

function refused(why: string, cause?: Error): FatalError {
  return new FatalError('token_invalid', `The visitor's token is refused: ${why}.`, { cause });
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
