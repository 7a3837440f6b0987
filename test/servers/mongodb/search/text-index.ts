import type { DocRecord } from '../collection.js';
import { fail, notImplemented } from '../errors.js';
import type { IndexSpec } from '../index-spec.js';
import { valuesAt } from '../query/path.js';
import { type Doc, toNumber } from '../query/values.js';
import { Postings } from './postings.js';
import { stems, tokens } from './stems.js';

const known = new Set(['$search', '$language', '$caseSensitive', '$diacriticSensitive']);

/** The text index of a collection, for `$text`. */
export class TextIndex {
  readonly #fields: { path: string; weight: number; postings: Postings }[];

  readonly spec: IndexSpec;

  constructor(spec: IndexSpec) {
    this.spec = spec;
    this.#fields = Object.entries(spec.weights ?? {}).map(([path, weight]) => ({
      path,
      weight: toNumber(weight),
      postings: new Postings(),
    }));
  }

  #terms(text: string): string[] {
    return this.spec.default_language === 'none' ? tokens(text) : stems(text);
  }

  add(record: DocRecord): void {
    for (const { path, postings } of this.#fields)
      postings.add(record, this.#terms(textAt(record.doc, path)));
  }

  remove(record: DocRecord): void {
    for (const { postings } of this.#fields) postings.remove(record);
  }

  /** The documents that match, with their text score. */
  search(query: Doc): Map<DocRecord, number> {
    const odd = Object.keys(query).find((key) => !known.has(key));
    if (odd) fail('BadValue', `extra fields in $text: ${odd}`);
    if (typeof query.$search !== 'string') fail('TypeMismatch', '$search requires a string value');
    if (query.$caseSensitive || query.$diacriticSensitive)
      notImplemented('a case- or diacritic-sensitive $text');
    if (query.$language !== undefined && !['english', 'en', 'none'].includes(String(query.$language)))
      notImplemented(`$language ${String(query.$language)}`);
    const { wanted, unwanted, phrases } = parse(query.$search, (text) => this.#terms(text));
    const scores = new Map<DocRecord, number>();
    for (const term of wanted)
      for (const { postings, weight, path } of this.#fields)
        for (const record of postings.having(term)) {
          const score = termScore(postings, record, term, path) * weight;
          scores.set(record, (scores.get(record) ?? 0) + score);
        }
    for (const record of scores.keys()) {
      const text = this.#fields.map(({ path }) => textAt(record.doc, path).toLowerCase());
      const excluded =
        unwanted.some((term) => this.#fields.some(({ postings }) => postings.count(record, term))) ||
        phrases.some((phrase) => !text.some((part) => part.includes(phrase)));
      if (excluded) scores.delete(record);
    }
    return scores;
  }
}

/** MongoDB's formula: every further occurrence counts half, and short fields count more. */
function termScore(postings: Postings, record: DocRecord, term: string, path: string): number {
  const count = postings.count(record, term);
  const frequency = 2 - 2 ** (1 - count);
  const whole = textAt(record.doc, path).toLowerCase() === term ? 1.1 : 1;
  return frequency * ((0.5 * count) / postings.length(record) + 0.5) * whole;
}

function textAt(document: Doc, path: string): string {
  return valuesAt(document, path)
    .flat()
    .filter((value) => typeof value === 'string')
    .join(' ');
}

function parse(
  search: string,
  terms: (text: string) => string[],
): { wanted: Set<string>; unwanted: string[]; phrases: string[] } {
  const phrases: string[] = [];
  const unwanted: string[] = [];
  const rest = search.replace(/(?<!\S)-"([^"]*)"|"([^"]*)"/g, (whole, _no, phrase) => {
    if (whole.startsWith('-')) notImplemented('a negated phrase in $text');
    phrases.push(String(phrase).toLowerCase());
    return ` ${phrase} `;
  });
  const wanted = rest.replace(/(?<!\S)-(\S+)/g, (_, word) => {
    unwanted.push(...terms(word));
    return ' ';
  });
  return { wanted: new Set(terms(wanted)), unwanted, phrases };
}
