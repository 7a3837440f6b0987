/**
 * Editing: a memory gets another text, and with it its words; its vectors go, so that new ones are made. A fact gets
 * another block; its text stays, and so does what was made of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { UpdateFilter } from 'mongodb';
import type { Fact } from '../../core/derived-memory.js';
import { newId } from '../../core/ids.js';
import { indexedText } from '../../core/indexed-text.js';
import type { Connection } from './connection.js';
import { copied, type MemoryDocument, memoryFields, memoryOf } from './documents.js';
import { termsOf, wordsVersion } from './terms.js';

/** False: no such memory. What is archived is not changed any more. */
export async function edit(connection: Connection, id: string, text: string): Promise<boolean> {
  const memories = connection.collection<MemoryDocument>('memories');
  const there = { _id: id, kind: { $ne: 'turn' as const } };
  const place = await connection.run(() =>
    memories.findOne<MemoryDocument>(there, { projection: memoryFields }),
  );
  if (!place) return false;
  const memory = memoryOf(place);
  const edited = { ...memory, content: { ...memory.content, text } };
  const changed = { 'content.text': text, has: { text: newId(), terms: wordsVersion } };
  const update: UpdateFilter<MemoryDocument> =
    indexedText(edited) === ''
      ? { $set: changed, $unset: { terms: '', embeds: '', vectors: '' } }
      : {
          $set: { ...changed, terms: termsOf(edited), embeds: true },
          $unset: { vectors: '' },
        };
  // The room is named for a sharded cluster's sake. Forgotten meanwhile, it matches nothing.
  const { matchedCount } = await connection.repeatable(() =>
    memories.updateOne({ ...there, roomId: memory.roomId }, update),
  );
  return matchedCount > 0;
}

/** False: it has another version, or is gone. */
export async function reviseFact(connection: Connection, id: string, fact: Fact): Promise<boolean> {
  const memories = connection.collection<MemoryDocument>('memories');
  const there = { _id: id, kind: 'fact' as const };
  const stored = await connection.run(() =>
    memories.findOne<Pick<MemoryDocument, 'roomId' | 'fact'>>(there, { projection: { roomId: 1, fact: 1 } }),
  );
  if (!stored || (stored.fact?.version ?? 0) !== fact.version - 1) return false;
  const version = stored.fact ? { 'fact.version': stored.fact.version } : { fact: { $exists: false } };
  // Whoever holds it reads it again: its mark is another (`windows.ts`).
  const update = { $set: { fact: copied(fact), 'has.text': newId() } };
  const { matchedCount } = await connection.repeatable(() =>
    memories.updateOne({ ...there, roomId: stored.roomId, ...version }, update),
  );
  if (matchedCount > 0) return true;
  // Our own first try, whose answer was lost, has done it.
  const after = await connection.run(() =>
    memories.findOne<Pick<MemoryDocument, 'fact'>>(there, { projection: { fact: 1 } }),
  );
  return after?.fact !== undefined && isDeepStrictEqual(copied(after.fact), copied(fact));
}
