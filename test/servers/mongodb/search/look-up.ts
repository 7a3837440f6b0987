import type { Collection } from '../collection.js';
import { withMeta } from '../query/meta.js';
import type { Doc } from '../query/values.js';

/** What a search node answers: an id and a score, of the document as its index has it. */
export interface Hit {
  id: string;
  score: number;
}

/**
 * The documents of the hits, best first. As mongod does it: each is read by its id as it is now, one that is gone is
 * left out, and nothing is matched again.
 */
export function lookUp(
  collection: Collection,
  hits: Hit[],
  meta: 'searchScore' | 'vectorSearchScore',
): Doc[] {
  return hits
    .sort((a, b) => b.score - a.score)
    .flatMap(({ id, score }) => {
      const record = collection.records.get(id);
      return record ? [withMeta(record.doc, { [meta]: score })] : [];
    });
}
