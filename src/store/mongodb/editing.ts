/**
 * Editing: a memory gets another text, and with it its words; its vectors go, so that new ones are made. A fact gets
 * another block; its text stays, and so does what was made of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Filter, UpdateFilter } from 'mongodb';
import type { Fact } from '../../core/derived-memory.js';
import { newId } from '../../core/ids.js';
import { indexedText } from '../../core/indexed-text.js';
import type { MoreEdited } from '../history.js';
import type { Connection } from './connection.js';
import { copied, type MemoryDocument, memoryFields, memoryOf } from './documents.js';
import { termsOf, wordsVersion } from './terms.js';

type Fields = Record<string, unknown>;
type Gone = Record<string, ''>;

/** False: no such memory. The rest is as in `History.edit`. */
export async function edit(
  connection: Connection,
  id: string,
  text: string,
  { quote, taint, parts, files }: MoreEdited = {},
): Promise<boolean> {
  const memories = connection.collection<MemoryDocument>('memories');
  const there = { _id: id, kind: { $ne: 'turn' as const } };
  const place = await connection.run(() =>
    memories.findOne<MemoryDocument>(there, { projection: memoryFields }),
  );
  const more: Fields = {
    ...(taint && { taint }),
    ...(parts && { 'content.parts': parts }),
    ...(files === null && { 'content.attachments': [] }),
  };
  const unquoted: Gone = quote === null ? { 'content.quote': '' } : {};
  if (!place) return editArchived(connection, there, { 'content.text': text, ...more }, unquoted);
  const memory = memoryOf(place);
  const content = {
    ...{ ...memory.content, text },
    ...(quote === null && { quote: undefined }),
    ...(parts && { parts }),
    ...(files === null && { attachments: [] }),
  };
  const edited = { ...memory, content };
  const changed = { 'content.text': text, ...more, has: { text: newId(), terms: wordsVersion } };
  const update: UpdateFilter<MemoryDocument> =
    indexedText(edited) === ''
      ? { $set: changed, $unset: { terms: '', embeds: '', vectors: '', ...unquoted } }
      : {
          $set: { ...changed, terms: termsOf(edited), embeds: true },
          $unset: { vectors: '', ...unquoted },
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

/** There are neither words nor vectors of it. */
async function editArchived(
  connection: Connection,
  there: Filter<MemoryDocument>,
  changed: Fields,
  unquoted: Gone,
): Promise<boolean> {
  const archive = connection.collection<MemoryDocument>('archive');
  const { matchedCount } = await connection.repeatable(() =>
    archive.updateOne(there, {
      $set: changed,
      ...(Object.keys(unquoted).length > 0 && { $unset: unquoted }),
    }),
  );
  return matchedCount > 0;
}
