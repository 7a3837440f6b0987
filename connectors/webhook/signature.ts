/** Whether a post comes from who has the source's secret. Everything is compared over the bytes as they came. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { keyOf, type WebhookSource } from './source.js';

/** Older posts, and such from the future, may be replays. */
const toleranceSeconds = 300;

type Signed = Pick<
  WebhookSource,
  'signature' | 'secret' | 'formerSecret' | 'header' | 'algorithm' | 'encoding' | 'prefix'
>;

export interface RawPost {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** @param nowMs Unix time. */
export function isSigned(source: Signed, post: RawPost, nowMs = Date.now()): boolean {
  const secrets = [source.secret, ...(source.formerSecret === undefined ? [] : [source.formerSecret])];
  return secrets.some((secret) => checks[source.signature]({ ...source, secret }, post, nowMs));
}

const checks: Record<Signed['signature'], (source: Signed, post: RawPost, nowMs: number) => boolean> = {
  /** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
  standard({ secret }, { headers, body }, nowMs) {
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': given } = headers;
    if (typeof id !== 'string' || id === '' || typeof at !== 'string' || typeof given !== 'string')
      return false;
    if (!isFresh(at, nowMs)) return false;
    const expected = hmac('sha256', keyOf(secret), `${id}.${at}.`, body);
    const signatures = given.split(' ').filter((one) => one.startsWith('v1,'));
    return signatures.some((one) => isDigest(one.slice('v1,'.length), 'base64', expected));
  },

  /** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
  github({ secret }, { headers, body }) {
    const given = headers['x-hub-signature-256'];
    if (typeof given !== 'string' || !given.startsWith('sha256=')) return false;
    return isDigest(given.slice('sha256='.length), 'hex', hmac('sha256', secret, body));
  },

  /** https://docs.stripe.com/webhooks/signature */
  stripe({ secret }, { headers, body }, nowMs) {
    const given = headers['stripe-signature'];
    if (typeof given !== 'string') return false;
    const items = given.split(',').map((item) => item.trim());
    const [at, ...more] = items.filter((item) => item.startsWith('t=')).map((item) => item.slice(2));
    if (at === undefined || more.length > 0 || !isFresh(at, nowMs)) return false;
    const expected = hmac('sha256', secret, `${at}.`, body);
    return items.some((item) => item.startsWith('v1=') && isDigest(item.slice(3), 'hex', expected));
  },

  hmac({ secret, header, algorithm, encoding, prefix }, { headers, body }) {
    const given = headers[header!.toLowerCase()];
    if (typeof given !== 'string' || !given.startsWith(prefix)) return false;
    return isDigest(given.slice(prefix.length), encoding, hmac(algorithm, secret, body));
  },

  header({ secret, header, prefix }, { headers }) {
    const given = headers[header!.toLowerCase()];
    // Digests are of one length, so that not even the secret's length shows in the time this takes.
    const digest = (text: string) => createHash('sha256').update(text).digest();
    return typeof given === 'string' && timingSafeEqual(digest(given), digest(prefix + secret));
  },
};

function hmac(algorithm: string, key: string | Buffer, ...texts: (string | Buffer)[]): Buffer {
  const digest = createHmac(algorithm, key);
  for (const text of texts) digest.update(text);
  return digest.digest();
}

function isDigest(given: string, encoding: 'hex' | 'base64', expected: Buffer): boolean {
  const form = encoding === 'hex' ? /^[\da-f]+$/i : /^[A-Za-z\d+/]+={0,2}$/;
  if (!form.test(given)) return false;
  const digest = Buffer.from(given, encoding);
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}

function isFresh(seconds: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(nowMs / 1000 - Number(seconds)) <= toleranceSeconds;
}
