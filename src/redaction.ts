/** Keeps secrets out of log lines and stored error messages: by their shape, and by their value where it is known. */
import { asCarrierError } from './errors.js';

/** Each bounded, since texts of strangers are searched. Bearer and basic headers, our tokens, keys and tokens of common services, credentials and keys in URLs. */
const shapes =
  /\b([Bb]earer\s+|[Bb]asic\s+)[\w.~+/=-]{6,}|\b(carrier_|sk-|gsk_|hf_|AIza|ghp_|github_pat_|xox[a-z][.-]|xapp-)[\w.-]{8,}|\b(eyJ)[\w-]{8,300}\.[\w-]{8,}\.[\w-]*|(:\/\/[^\s:/@]*:)[^\s@/]+(?=@)|([?&](?:api[_-]?key|key|token|access_token|secret)=)[^&\s"]+|(\d{4,12}:)[\w-]{30,}|()\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g;

/** A shorter value is part of ordinary words: replacing it would make logs unreadable and hide nothing. */
const shortest = 8;
const values = new Set<string>();
let known: string[] | null = null;

/** From now on the value is replaced wherever it stands. Values of fewer than 8 characters are left alone. */
export function hideValue(value: string): void {
  if (value.length < shortest || values.has(value)) return;
  // As it stands in JSON, in addresses and in headers too.
  const escaped = JSON.stringify(value).slice(1, -1);
  for (const form of [
    value,
    escaped,
    encodeURIComponent(Buffer.from(value).toString()),
    Buffer.from(value).toString('base64'),
  ])
    values.add(form);
  known = null;
}

/** The text with every hidden value replaced; other than `redact`, leaves the rest of JSON what it is. */
export function redactValues(text: string): string {
  // Longest first: one may be part of another. No regular expression: a key of 64 KiB is too large for one.
  known ??= [...values].sort((a, b) => b.length - a.length);
  let clean = text;
  for (const value of known) if (clean.includes(value)) clean = clean.replaceAll(value, '[redacted]');
  return clean;
}

/** The text with everything that is, or looks like, a secret replaced. */
export function redact(text: string): string {
  return redactValues(text).replace(
    shapes,
    (_, ...kept: unknown[]) => `${kept.slice(0, 7).find((part) => typeof part === 'string')}[redacted]`,
  );
}

/** What went wrong, as the store and people may have it. */
export function told(error: unknown): { code: string; message: string } {
  const { code, message } = asCarrierError(error);
  return { code, message: redact(message) };
}
