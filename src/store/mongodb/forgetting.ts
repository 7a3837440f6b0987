/**
 * Forgetting: memories go with their words, their vectors, what would still deliver them, their archived copies, and the
 * files that no other memory names.
 */
import type { Collection, Filter } from 'mongodb';
import type { TurnEdited } from '../turn-store.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, Open } from './documents.js';
import { type FileUses, filesOf } from './file-uses.js';

/** Gives back how many went. Repeated after a crash, it removes what is left. */
export async function forget(connection: Connection, uses: FileUses, ids: string[]): Promise<number> {
  const memories = connection.collection<MemoryDocument>('memories');
  const archive = connection.collection<MemoryDocument>('archive');
  const found = await connection.find(
    memories,
    { _id: { $in: ids }, $or: [{ kind: { $ne: 'turn' } }, { trigger: { $exists: true } }] },
    { projection: { roomId: 1, status: 1, checkpoint: 1, 'turn.turnId': 1, 'content.attachments.file': 1 } },
  );
  const old = await connection.find(
    archive,
    { _id: { $in: ids }, 'content.attachments.0': { $exists: true } } as Filter<MemoryDocument>,
    { projection: { 'content.attachments.file': 1 } },
  );
  const files = filesOf([...found, ...old]);
  await uses.lookSoon(files);
  for (const document of found) {
    if (document.checkpoint) await passOn(connection, memories, document);
  }
  const replies = found.filter(({ turn }) => turn).map(({ _id }) => _id);
  const others = found.filter(({ turn }) => !turn).map(({ _id }) => _id);
  if (replies.length > 0) await connection.repeatable(() => emptyTurns(memories, replies));
  if (others.length > 0) await connection.repeatable(() => memories.deleteMany({ _id: { $in: others } }));
  // After the originals: `archive.ts` looks at those again once it has copied them.
  const archived = await connection.repeatable(() => forgetArchived(archive, ids));
  await uses.release(files);
  return found.length + archived;
}

/** A turn is known by its document, so that nobody commits it again; what was said in it goes. One that waits is over. */
async function emptyTurns(memories: Collection<MemoryDocument>, ids: string[]): Promise<void> {
  await memories.updateMany(
    { _id: { $in: ids }, 'turn.state': 'waiting' },
    { $set: { 'turn.state': 'stopped' } },
  );
  await memories.updateMany(
    { _id: { $in: ids } },
    {
      $set: { kind: 'turn', 'turn.steps': [] },
      $unset: {
        waitsUntil: '',
        ...{
          scope: '',
          role: '',
          author: '',
          content: '',
          source: '',
          terms: '',
          embeds: '',
          has: '',
          vectors: '',
        },
        ...{ due: '', outbox: '', receipt: '', asker: '', taint: '', 'turn.taint': '' },
      },
    },
  );
}

export async function editTurn(
  connection: Connection,
  turnId: string,
  { receipt, ...change }: TurnEdited,
): Promise<void> {
  const memories = connection.collection<MemoryDocument>('memories');
  const archive = connection.collection<MemoryDocument>('archive');
  const changed = Object.entries(change).map(([field, value]) => [`turn.${field}`, value]);
  const update = {
    ...(changed.length > 0 && { $set: Object.fromEntries(changed) }),
    ...(receipt === null && { $unset: { receipt: '' as const } }),
  };
  const of = { ingest: turnId, 'turn.turnId': turnId };
  // The place is named for a sharded cluster's sake.
  const there = { projection: { agentId: 1, roomId: 1 } } as const;
  const here = await connection.run(() => memories.findOne<MemoryDocument>(of, there));
  if (here) {
    await connection.repeatable(() => memories.updateOne(here, update));
    return;
  }
  // Only months and agents are indexed there.
  const old = await connection.run(() => archive.findOne<MemoryDocument>({ 'turn.turnId': turnId }, there));
  if (old)
    await connection.repeatable(() => archive.updateOne({ _id: old._id, agentId: old.agentId }, update));
}

async function forgetArchived(archive: Collection<MemoryDocument>, ids: string[]): Promise<number> {
  const there = { _id: { $in: ids }, kind: { $ne: 'turn' as const } };
  const { matchedCount } = await archive.updateMany(
    { ...there, turn: { $exists: true } },
    {
      $set: { kind: 'turn', 'turn.steps': [] },
      $unset: {
        ...{
          content: '',
          author: '',
          source: '',
          scope: '',
          role: '',
          asker: '',
          taint: '',
          'turn.taint': '',
        },
      },
    },
  );
  const { deletedCount } = await archive.deleteMany({ ...there, turn: { $exists: false } });
  return matchedCount + deletedCount;
}

/** The first message of an unfinished turn goes: the next one takes its checkpoint, lest the turn's actions run twice. */
async function passOn(
  connection: Connection,
  memories: Collection<MemoryDocument>,
  { _id, roomId, checkpoint }: MemoryDocument,
): Promise<void> {
  for (const next of checkpoint!.covers) {
    if (next === _id) continue;
    const { matchedCount } = await connection.repeatable(() =>
      memories.updateOne(
        { _id: next, roomId, status: 'pending' },
        { $set: { open: Open.checkpoint, checkpoint: checkpoint! } },
      ),
    );
    if (matchedCount > 0) return;
  }
}
