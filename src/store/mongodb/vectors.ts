/** Vectors as they are stored, and their comparison where no search node does it. */
import { Binary } from 'mongodb';
import { leastSimilarity } from '../scoring.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields } from './documents.js';
import { type Filter, matching } from './filter.js';
import type { KnownEmbedder } from './known-embedder.js';
import { Top } from './top.js';

/** Documents of one answer: at 512 dimensions some 2 MB. */
const batchSize = 500;

export type StoredVector = Binary | number[];

export function storedVector(
  values: Float32Array,
  { binaryVectors }: { binaryVectors: boolean },
): StoredVector {
  // A copy: the caller's array may be a part of a larger one, and is the caller's.
  return binaryVectors ? Binary.fromFloat32Array(values.slice()) : [...values];
}

/** Compares with every vector of the scopes; holds a batch of them and the best in memory. Nearest first. */
export async function nearest(
  connection: Connection,
  { key }: KnownEmbedder,
  values: Float32Array,
  filter: Filter,
  limit: number,
): Promise<MemoryDocument[]> {
  const length = lengthOf(values);
  if (length === 0) return [];
  const top = new Top<MemoryDocument>(limit);
  await connection.slowly(async () => {
    const cursor = connection
      .retrieval<MemoryDocument>('memories')
      .find({ ...matching(filter), [`has.${key}`]: true })
      .project<MemoryDocument>({ ...memoryFields, [`vectors.${key}`]: 1 })
      .batchSize(batchSize);
    for await (const document of cursor) {
      const { _id, vectors } = document;
      const stored = vectors?.[key];
      if (!stored || filter.exclude.has(_id)) continue;
      const similarity = cosine(values, length, numbersOf(stored));
      if (similarity >= leastSimilarity) top.add(similarity, { ...document, vectors: undefined });
    }
  });
  return top.items();
}

export function cosine(a: Float32Array, lengthOfA: number, b: Float32Array | number[]): number {
  if (a.length !== b.length) return 0;
  let product = 0;
  let square = 0;
  for (let i = 0; i < a.length; i++) {
    const other = b[i]!;
    product += a[i]! * other;
    square += other * other;
  }
  return square === 0 ? 0 : product / (lengthOfA * Math.sqrt(square));
}

export function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

export function numbersOf(stored: StoredVector): Float32Array | number[] {
  return stored instanceof Binary ? stored.toFloat32Array() : stored;
}
