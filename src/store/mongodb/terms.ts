/**
 * Terms as MongoDB is given them: each a hash of the word and its scope. So the index answers with memories of the
 * scopes asked for alone, rarity is counted per scope, and every analyzer (Lucene's, MongoDB's text index, none) leaves
 * a term as it is, whatever its script. Two words may share a hash; with 53 bits nobody will see it.
 */
import { indexedText, indexedTextVersion } from '../../core/indexed-text.js';
import type { Memory } from '../../core/memory.js';
import { termsOf as plainTermsOf, soughtTerms, termsVersion } from '../words.js';

/** Of the indexed text and of its terms in one, as documents say it in `has.terms`. */
export const wordsVersion = 100 * indexedTextVersion + termsVersion;

/** Of one memory: a server's index entries are not for whole books; their beginnings are found. */
const mostTerms = 4_000;

/** What the memory is found by, in order, as often as it occurs; empty where there is nothing to find. */
export function termsOf(
  memory: Pick<Memory, 'agentId' | 'scope'> & Parameters<typeof indexedText>[0],
): string[] {
  const salt = saltOf(memory.agentId, memory.scope);
  return plainTermsOf(indexedText(memory))
    .slice(0, mostTerms)
    .map((term) => termOf(term, salt));
}

/** What to look for, in any of the scopes. */
export function queryTerms(agentId: string, scopes: readonly string[], text: string): string[] {
  const wanted = soughtTerms(text);
  return scopes.flatMap((scope) => {
    const salt = saltOf(agentId, scope);
    return wanted.map((term) => termOf(term, salt));
  });
}

function saltOf(agentId: string, scope: string): number {
  return hash53(`${agentId.length}:${agentId}${scope}`, 0) % 0x100000000;
}

/** Starts with a letter, so that no analyzer takes it for a number. */
function termOf(word: string, salt: number): string {
  return `t${hash53(word, salt).toString(36)}`;
}

/** cyrb53 (public domain): 53 bits, several times faster than a cryptographic hash, which nothing here needs. */
function hash53(text: string, seed: number): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
