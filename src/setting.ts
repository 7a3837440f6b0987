/** Kinds of settings: how the text of an environment variable is read. */
import { z } from 'zod';

export const count = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

export const flag = (fallback: 'true' | 'false') =>
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no'])
    .default(fallback)
    .transform((v) => v === 'true' || v === '1' || v === 'yes');

/** Separated by commas. */
export const list = z
  .string()
  .default('')
  .transform((v) =>
    v
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

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
