import type { Doc } from './values.js';

/** What a search knows of a document beside its fields; `$meta` reads it. */
export interface Meta {
  textScore?: number;
  searchScore?: number;
  vectorSearchScore?: number;
}

const META = Symbol('meta');

/** A shallow copy that carries a score; BSON does not see it. */
export function withMeta(document: Doc, meta: Meta | undefined): Doc {
  return meta ? ({ ...document, [META]: meta } as Doc) : document;
}

export function metaOf(document: Doc): Meta | undefined {
  return (document as { [META]?: Meta })[META];
}
