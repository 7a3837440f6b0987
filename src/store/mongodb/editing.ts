/** Editing: a memory gets another text, and with it its words; its vectors go, so that new ones are made. */
import type { UpdateFilter } from 'mongodb';
import { newId } from '../../core/ids.js';
import { indexedText } from '../../core/indexed-text.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields, memoryOf } from './documents.js';
import { termsOf } from './terms.js';

/** False: no such memory. What is archived is not changed any more. */
export async function edit(connection: Connection, id: string, text: string): Promise<boolean> {
  const memories = connection.collection<MemoryDocument>('memories');
  const there = { _id: id, kind: { $ne: 'turn' as const } };
  const place = await connection.run(() =>
    memories.findOne<MemoryDocument>(there, { projection: memoryFields }),
  );
  if (!place) return false;
  const memory = memoryOf(place);
  const { agentId, roomId, scope } = memory;
  const indexed = indexedText({ ...memory, content: { ...memory.content, text } });
  const changed = { 'content.text': text, has: { text: newId() } };
  const update: UpdateFilter<MemoryDocument> =
    indexed === ''
      ? { $set: changed, $unset: { terms: '', embeds: '', vectors: '' } }
      : {
          $set: { ...changed, terms: termsOf(agentId, scope, indexed), embeds: true },
          $unset: { vectors: '' },
        };
  // The room is named for a sharded cluster's sake. Forgotten meanwhile, it matches nothing.
  const { matchedCount } = await connection.repeatable(() =>
    memories.updateOne({ ...there, roomId }, update),
  );
  return matchedCount > 0;
}
