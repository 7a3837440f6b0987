/** Editing: a memory gets another text, and with it its words; its vectors go, so that new ones are made. */
import type { Filter, UpdateFilter } from 'mongodb';
import { newId } from '../../core/ids.js';
import type { MoreEdited } from '../history.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { termsOf } from './terms.js';

type Fields = Record<string, unknown>;
type Gone = Record<string, ''>;

/** False: no such memory. The rest is as in `History.edit`. */
export async function edit(
  connection: Connection,
  id: string,
  text: string,
  { quote, taint }: MoreEdited = {},
): Promise<boolean> {
  const memories = connection.collection<MemoryDocument>('memories');
  const there = { _id: id, kind: { $ne: 'turn' as const } };
  const place = await connection.run(() =>
    memories.findOne<Pick<MemoryDocument, 'agentId' | 'roomId' | 'scope'>>(there, {
      projection: { agentId: 1, roomId: 1, scope: 1 },
    }),
  );
  const tainted: Fields = taint ? { taint } : {};
  const unquoted: Gone = quote === null ? { 'content.quote': '' } : {};
  if (!place) return editArchived(connection, there, { 'content.text': text, ...tainted }, unquoted);
  const { agentId, roomId, scope } = place;
  const changed = { 'content.text': text, ...tainted, has: { text: newId() } };
  const update: UpdateFilter<MemoryDocument> =
    text === ''
      ? { $set: changed, $unset: { terms: '', embeds: '', vectors: '', ...unquoted } }
      : {
          $set: { ...changed, terms: termsOf(agentId, scope!, text), embeds: true },
          $unset: { vectors: '', ...unquoted },
        };
  // The room is named for a sharded cluster's sake. Forgotten meanwhile, it matches nothing.
  const { matchedCount } = await connection.repeatable(() =>
    memories.updateOne({ ...there, roomId }, update),
  );
  return matchedCount > 0;
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
