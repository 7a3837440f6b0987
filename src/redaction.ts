/** Keeps secrets out of log lines and stored error messages: by their shape, and by their value where it is known. */
import { asCarrierError } from './errors.js';

/**
 * What secrets look like. Of each the first group is kept, to tell what it was. All are bounded, since texts of strangers
 * are searched.
 */
const shapes: RegExp[] = [
  // Headers.
  /\b((?:[Bb]earer|[Bb]asic|[Tt]oken|[Aa]pi[Kk]ey)\s+)(?=[\w.~+/=-]{0,300}(?:[\d=]|[a-z][A-Z]))[\w.~+/=-]{6,}/,
  /\b([Bb]earer\s+)[\w.~+/=-]{6,}/,
  // Our tokens, and keys and tokens of common services, by the letters they begin with.
  /\b(carrier_|sk-|[sr]k_(?:live|test)_|whsec_|gsk_|hf_|AIza|gh[pousr]_|github_pat_|glpat-|xox[a-z][.-]|xapp-|npm_|pypi-|xai-|pplx-|r8_|dop_v1_|shpat_|SG\.|ya29\.|tvly-)[\w.-]{8,}/,
  /\b((?:AKIA|ASIA)(?=[A-Z\d]{16}\b))[A-Z\d]{16}/,
  // JSON Web Tokens, bot tokens.
  /\b(eyJ)[\w-]{8,300}\.[\w-]{8,}\.[\w-]*/,
  /(\d{4,12}:)[\w-]{30,}/,
  /()\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/,
  // Private keys, whole or cut off.
  /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[\w+/=\s\\.:,-]{0,20000}/,
  // In addresses: credentials, parameters, and paths that are secrets themselves.
  /(:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/,
  /(:\/\/)[\w.~%-]{16,300}(?=@)/,
  /([?&](?:api[_-]?key|key|token|[a-z]{0,20}_token|secret|password|sig|signature)=)[^&\s"']+/,
  /(\/services\/T\w{5,20}\/B\w{5,20}\/|\/api\/webhooks\/\d{10,25}\/)[\w-]{8,}/,
  // By its name, where the value is no word: "x-api-key: 4f2…".
  /((?:[Aa][Pp][Ii][_-]?[Kk][Ee][Yy]|(?:[Aa]ccess|[Rr]efresh|ACCESS|REFRESH)[_-]?(?:[Tt]oken|TOKEN)|[Cc]lient[_-]?[Ss]ecret|[Pp]assw(?:or)?d|PASSWORD)["']?\s{0,3}[:=]\s{0,3}["']?)(?=[^\s"'&,;]{0,200}\d)[^\s"'&,;]{6,}/,
];
const shape = new RegExp(shapes.map(({ source }) => source).join('|'), 'g');

/** A shorter value is part of ordinary words: replacing it would make logs unreadable and hide nothing. */
const shortest = 8;
const values = new Set<string>();
const plain = new Set<string>();
let known: string[] | null = null;

/** From now on the value is replaced wherever it stands. Values of fewer than 8 characters are left alone. */
export function hideValue(value: string): void {
  if (value.length < shortest || plain.has(value)) return;
  plain.add(value);
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

/** All that were hidden so far, as they are. It only grows. */
export function hiddenValues(): ReadonlySet<string> {
  return plain;
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
    shape,
    (_, ...kept: unknown[]) =>
      `${kept.slice(0, shapes.length).find((part) => typeof part === 'string')}[redacted]`,
  );
}

/** What went wrong, as the store and people may have it. */
export function told(error: unknown): { code: string; message: string } {
  const { code, message } = asCarrierError(error);
  return { code, message: redact(message) };
}
