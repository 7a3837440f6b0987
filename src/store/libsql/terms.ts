/**
 * Terms as FTS5 is given them: each salted with its scope's number (`12_dog`), so that a search walks only the
 * postings of the scopes it may see.
 */
import { tellingTerms, termsOf } from '../words.js';

/** The text's terms for the index, salted and separated by spaces. */
export function indexTerms(scope: number, text: string): string {
  return termsOf(text)
    .map((term) => `${scope}_${term}`)
    .join(' ');
}

/** What to look for, in all the scopes, as it stands in the index. */
export function queryTerms(scopes: readonly number[], text: string): string[] {
  const terms = tellingTerms(text);
  return scopes.flatMap((scope) => terms.map((term) => `${scope}_${term}`));
}

/**
 * The terms as an FTS5 query for any of them. They are made of letters, digits and `_` alone and stand in
 * quotes, so nothing a user writes reaches FTS5 as syntax.
 */
export function anyOf(terms: readonly string[]): string {
  return terms.map((term) => `"${term}"`).join(' OR ');
}
