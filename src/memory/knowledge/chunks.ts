/** Cuts what was read of a document into what is searched and handed over: by its structure, never across headings. */
import { FatalError } from '../../errors.js';
import type { ReadDocument, Section } from '../../files/document.js';
import { atomsOf } from './atoms.js';
import { packed } from './packing.js';

export interface ChunkText {
  text: string;
  /** From the outermost to its own. */
  headings: string[];
  /** Where it begins; counted from 1. */
  page?: number;
  /** Of its first row, counted from 1 without the column names; `lastRow` where it has more of them. */
  row?: number;
  lastRow?: number;
}

export interface ChunkLimits {
  /** As the embedder counts. Its own marks around each text may be counted or not. */
  tokens(text: string): number;
  /** Tokens of a chunk with its headings, at least 16. */
  most: number;
  /** Tokens of the end of a chunk that the next one of its section begins with; at most half of `most`. Default 0. */
  overlap?: number;
}

/** The least there must be room for, in tokens. */
const least = 16;

/**
 * The same section gives the same chunks whatever is changed elsewhere. A text that fits is one chunk; rows carry the
 * names of their columns; code, rows and characters as people see them are whole where they fit.
 *
 * @throws FatalError `invalid_field` for limits that cannot be met.
 */
export function chunksOf({ sections }: Pick<ReadDocument, 'sections'>, limits: ChunkLimits): ChunkText[] {
  check(limits);
  return sections.flatMap((section) => sectionChunks(section, limits));
}

function check({ most, overlap = 0 }: ChunkLimits): void {
  if (!Number.isInteger(most) || most < least)
    throw new FatalError('invalid_field', `A chunk must have room for ${least} tokens or more, not ${most}.`);
  if (!Number.isInteger(overlap) || overlap < 0 || overlap > most / 2)
    throw new FatalError(
      'invalid_field',
      `The overlap of chunks must be between 0 and half of their size (${Math.floor(most / 2)} tokens), not ${overlap}.`,
    );
}

function sectionChunks(section: Section, limits: ChunkLimits): ChunkText[] {
  const { page, blocks } = section;
  const { headings, left } = headingsThatFit(section.headings, limits);
  const place = { headings, ...(page !== undefined && { page }) };
  const last = headings.at(-1);
  if (blocks.length === 0) return last === undefined ? [] : [{ text: last, ...place }];
  const { tokens, overlap = 0 } = limits;
  const atoms = atomsOf(blocks, { tokens, most: left - Math.min(overlap, left / 2) });
  return packed(atoms, { tokens, most: left }, overlap).map((chunk) => ({ ...chunk, ...place }));
}

/** Headings take at most half of a chunk; the outermost are left out first. */
function headingsThatFit(headings: string[], { tokens, most }: ChunkLimits) {
  for (let from = 0; from < headings.length; from++) {
    const kept = headings.slice(from);
    const taken = tokens(kept.join(' > '));
    if (taken <= most / 2) return { headings: kept, left: most - taken };
  }
  return { headings: [] as string[], left: most };
}
