/** Kinds of settings: how the text of an environment variable is read. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { reservedIds } from './core/character.js';

export const count = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

export const flag = (fallback: 'true' | 'false') =>
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no'])
    .default(fallback)
    .transform((v) => v === 'true' || v === '1' || v === 'yes');

/** Separated by commas. */
export const listOr = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((v) =>
      v
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    );
export const list = listOr('');

const networkNames = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(text: string): boolean {
  const [, ip = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(ip);
  if (version === 0) return networkNames.includes(text);
  return bits === undefined || (Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Addresses and networks, as `10.0.0.0/8`, or the names of usual ones; several separated by commas. */
export const networks = list.pipe(
  z.array(
    z
      .string()
      .refine(
        isNetwork,
        `must be an address, a network such as 10.0.0.0/8, ${networkNames.join(', ').replace(/, (\w+)$/, ' or $1')}; several separated by commas`,
      ),
  ),
);

/** Where people reach the hub; without a slash at its end. */
export const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://example.com/carrier' })
  .refine(
    (text) => /^https?:\/\/[^/?#@\s]+(\/[\w.~-]+)*\/?$/.test(text),
    'must have no query, no user, and a path of plain names, such as https://example.com/carrier',
  )
  // Whether a proxy has taken the path off could not be seen.
  .refine(
    (text) => !reservedIds.has(text.split('/')[3] ?? ''),
    "must not have a path that begins as one of the hub's own (/console, /webchat, /rooms …): take another name",
  )
  .transform((text) => text.replace(/\/$/, ''))
  .optional();

const address = /^(?:\[([\da-f:]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;

/** `host` or `host:port`, an IPv6 address in brackets; several separated by commas. */
export const addresses = (defaultPort: number) =>
  list
    .pipe(z.array(z.string().regex(address, 'must be host:port, several separated by commas')))
    .transform((v) =>
      v.map((item) => {
        const [, bracketed, plain, port] = address.exec(item)!;
        return { host: (bracketed ?? plain)!, port: Number(port ?? defaultPort) };
      }),
    );
