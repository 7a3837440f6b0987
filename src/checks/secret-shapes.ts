/** Keys that nobody here knows, by how they look, in a text that grows. */
import type { Detector, Finding } from './finding.js';

/** What keys and tokens of common services begin with. */
const beginnings = [
  ...['carrier_', 'sk-', 'sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_', 'gsk_', 'hf_', 'AIza'],
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'xoxb-', 'xoxp-', 'xoxa-', 'xoxe-'],
  ...[
    'xoxs-',
    'xoxr-',
    'xoxe.',
    'xapp-',
    'npm_',
    'pypi-',
    'xai-',
    'pplx-',
    'r8_',
    'dop_v1_',
    'shpat_',
    'SG.',
  ],
  ...['ya29.', 'tvly-', 'AKIA', 'ASIA', 'eyJ'],
  // Base64 of the digits that an account's number begins with.
  ...['MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'],
];

const bySigns = new RegExp(
  `^(?:${beginnings
    .slice(0, beginnings.indexOf('AKIA'))
    .map((text) => text.replace('.', '\\.'))
    .join('|')})([\\w.-]{8,})`,
);
/** Of these the form itself says enough. */
const byForm = [
  // Our own, however much of one is signs.
  /^carrier_(?:callback_)?(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}(?![\w-])/,
  /^(?:AKIA|ASIA)[A-Z\d]{16}(?!\w)/,
  /^eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/,
  /^(?:M[Tjz]|N[DTjz]|O[DT])[\w-]{21,26}\.[\w-]{6,7}\.[\w-]{27,}/,
  /^\d{6,12}:(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{30,}/,
];

const token = /[\w.:-]{0,4097}/y;
const longestBeginning = 16;
/** Where one may begin: most words have other letters at their beginning, and the last letter of a text may be one's first. */
const start = new RegExp(
  `(?<![A-Za-z0-9_])(?:\\d|${firstOf(2).join('|')}|[${firstOf(1).join('')}]$)`.replaceAll('.', '\\.'),
  'g',
);
const longestToken = 4096;

/**
 * Whether it is made by chance, and no name: "sk-learn-contrib", "sk-model-20250929". Chance also puts the signs `-` and
 * `_` into keys, so that no part need be long: then it shows in how often letters and digits change within the parts.
 */
function isRandom(text: string): boolean {
  const parts = text.match(/[A-Za-z\d]+/g) ?? [];
  if (parts.some((part) => part.length >= 10 && isRandomPart(part))) return true;
  return parts.join('').length >= 16 && parts.reduce((sum, part) => sum + changesIn(part), 0) >= 5;
}

function isRandomPart(part: string): boolean {
  const digits = part.match(/\d/g)?.length ?? 0;
  if (digits >= 2 && digits < part.length) return true;
  return part.length >= 24 || (part.match(/[a-z][A-Z]/g)?.length ?? 0) >= 3;
}

/** From small letters to large ones, or between letters and digits. */
function changesIn(part: string): number {
  return part.match(/(?<=[a-z])[A-Z]|(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]/g)?.length ?? 0;
}

const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/y;
const keyBody = /[\w+/=\s\\.:,-]{0,20000}/y;
const mayBePrivateKey = /^-----(?:B(?:E(?:G(?:I(?:N(?: [A-Z ]{0,42}-{0,4})?)?)?)?)?)?$/;

export class SecretShapes implements Detector {
  #at = 0;
  open = 0;

  look(text: string, ended: boolean): Finding[] {
    const found: Finding[] = [];
    this.open = text.length;
    while (this.#at < text.length) {
      start.lastIndex = this.#at;
      const dashes = text.indexOf('-----', Math.max(0, this.#at - 4));
      const next = start.exec(text)?.index ?? text.length;
      const from = dashes >= this.#at && dashes < next ? dashes : next;
      if (from >= text.length) {
        // Dashes may become the five that a key begins with.
        const tail = /-{1,4}$/.exec(text)?.[0].length ?? 0;
        if (!ended && tail > 0) this.open = Math.max(this.#at, text.length - tail);
        this.#at = ended ? text.length : this.open;
        break;
      }
      const to = from === next ? this.#token(text, from, ended, found) : this.#key(text, from, ended, found);
      if (to === null) {
        this.open = from;
        this.#at = from;
        break;
      }
      this.#at = to;
    }
    return found;
  }

  /** Where to go on; null: more must come. */
  #token(text: string, from: number, ended: boolean, found: Finding[]): number | null {
    // Most words are none, however long what follows them is.
    if (!mayBegin(/^[\w.:-]*/.exec(text.slice(from, from + longestBeginning))![0])) return from + 1;
    token.lastIndex = from;
    const words = token.exec(text)![0];
    const end = from + words.length;
    const whole = ended || end < text.length || words.length > longestToken;
    if (!whole) return mayBegin(words) ? null : from + 1;
    const keys = byForm.map((form) => form.exec(words)?.[0]);
    const [signs, rest] = bySigns.exec(words) ?? [];
    const said = (rest !== undefined && isRandom(rest) ? signs : undefined) ?? keys.find(Boolean);
    const key = said?.replace(/[.-]+$/, '');
    if (key === undefined) return from + 1;
    found.push(finding(from, from + key.length, `something like ${key.slice(0, 4)}…`));
    return from + key.length;
  }

  #key(text: string, from: number, ended: boolean, found: Finding[]): number | null {
    privateKey.lastIndex = from;
    const head = privateKey.exec(text)?.[0];
    if (head === undefined)
      return !ended && mayBePrivateKey.test(text.slice(from, from + 64)) ? null : from + 1;
    keyBody.lastIndex = from + head.length;
    const body = keyBody.exec(text)![0];
    const close = /-----END [A-Z ]{0,30}PRIVATE KEY-----/.exec(body);
    if (!close && !ended && from + head.length + body.length === text.length && body.length < 20_000)
      return null;
    const end = from + head.length + (close ? close.index + close[0].length : body.trimEnd().length);
    found.push(finding(from, end, 'a private key'));
    return end;
  }
}

/** The first signs of what keys begin with, each once. */
function firstOf(signs: number): string[] {
  return [...new Set(beginnings.map((one) => one.slice(0, signs)))];
}

function mayBegin(words: string): boolean {
  if (/^\d{1,12}(:[\w-]*)?$/.test(words)) return true;
  return beginnings.some((one) => words.startsWith(one) || one.startsWith(words));
}

function finding(from: number, to: number, what: string): Finding {
  return { from, to, check: 'secrets', put: '[secret removed]', what };
}
