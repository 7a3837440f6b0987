/** Headers of HTTP tools: which may be set, and the secrets that stand in them by name. */
import { hideValue, redact } from '../../redaction.js';

/** Looks up `secret:NAME` and `env:NAME`; throws what is not there. */
export type Resolve = (reference: string) => Promise<string>;

/** Of the environment those alone that are meant for tools: whoever registers one does not read the hub's own. */
const name = '(?:secret:[a-z0-9][a-z0-9._-]{0,63}|env:TOOL_[A-Z0-9_]{1,120})';
export const secretWithin = {
  whole: new RegExp(`^${name}$`),
  braced: new RegExp(String.raw`\{(${name})\}`, 'g'),
  sample: '{secret:x}',
};

/** What is ours to say, or would change how the message is framed. */
export const reserved =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|proxy-.*|idempotency-key|carrier-.*|webhook-(id|timestamp|signature))$/i;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const carriesSecret = /auth|token|secret|cookie|password|api-?key|session/i;

/** Why the hub does not send this header; null: it does. */
export function headerProblem(header: string, value: string): string | null {
  if (!token.test(header)) return 'is no name of a header';
  if (reserved.test(header)) return 'is set by the hub itself';
  if (!isHeaderValue(value)) return 'has characters that no header may have';
  if (referencesIn(value).length > 0) return null;
  if (/\{(secret|env):/.test(value) || /^(secret|env):/.test(value))
    return 'names a secret that cannot be: {secret:NAME} or {env:TOOL_NAME}';
  if (carriesSecret.test(header) || redact(value) !== value)
    return 'must name a secret, not hold it: keep it (carrier secrets set NAME) and write {secret:NAME}';
  return null;
}

/** Visible characters of ASCII, and blanks. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}

/** The secrets that a header's value names. */
export function referencesIn(value: string): string[] {
  if (secretWithin.whole.test(value)) return [value];
  return [...value.matchAll(secretWithin.braced)].map(([, reference = '']) => reference);
}

/** The value as it is sent. @throws FatalError `config_invalid` for a secret that is not there */
export async function filled(value: string, resolve: Resolve): Promise<string> {
  if (secretWithin.whole.test(value)) return secretOf(value, resolve);
  const values = new Map<string, string>();
  for (const reference of referencesIn(value)) values.set(reference, await secretOf(reference, resolve));
  return value.replace(secretWithin.braced, (_, reference: string) => values.get(reference) ?? '');
}

/** Hidden in logs and results from now on. */
export async function secretOf(reference: string, resolve: Resolve): Promise<string> {
  const value = await resolve(reference);
  hideValue(value);
  return value;
}
