/** Reads documents and cuts them: what is handed to a model, and what an embedder can take in, are about one section. */
import { estimateTokens } from '../../core/token-estimate.js';
import type { ReadProblem } from '../../files/document.js';
import { type ReadsDocuments, readDocument } from '../../files/document-reader.js';
import { chunksOf } from './chunks.js';
import type { Read } from './reading.js';

/** Tokens of a chunk: what the smallest usual embedders take in. */
const most = 240;

/** @param reads aside and within limits */
export function documentReading(reads: ReadsDocuments = readDocument): Read {
  return async (bytes, { name, mediaType, fetched }) => {
    const read = await reads(bytes, { name, mediaType, ...(fetched && { fetched }) });
    const { problems, pages } = read;
    const isFailed = problems.some(({ outcome }) => outcome === 'failed');
    const chunks = isFailed ? [] : chunksOf(read, { tokens: estimateTokens, most });
    const told = problems.map((problem) => toldOf(problem, pages));
    if (chunks.length === 0 && told.length === 0) told.push('It holds no words.');
    return { chunks, problems: told, ...(pages !== undefined && { pages }) };
  };
}

/** `8 of 12 pages hold no text (4-11). Scan …` as sentences for people. */
function toldOf({ cause, next, pages = [] }: ReadProblem, all: number | undefined): string {
  const where =
    pages.length > 0
      ? ` (${all === undefined ? '' : `${pages.length} of ${all} pages: `}${ranges(pages)})`
      : '';
  const what = `${cause.charAt(0).toUpperCase()}${cause.slice(1)}${where}.`;
  return next === '' ? what : `${what} ${next}`;
}

/** `4-11, 13` */
function ranges(pages: readonly number[]): string {
  const sorted = [...new Set(pages)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const page of sorted) {
    const last = runs.at(-1);
    if (last && page === last[1] + 1) last[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
