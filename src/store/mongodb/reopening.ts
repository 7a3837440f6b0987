/**
 * A failed turn runs again. The failure's document says that it is being reopened, in one write; then its messages wait
 * again, and at last it gives up the turn's id and its covers, so that another document can commit under them. Cut off
 * in between, nobody can commit the turn or claim half of its messages: a claim sees the document first and goes on.
 */
import type { UpdateFilter } from 'mongodb';
import { derivedId } from '../../core/ids.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, Open } from './documents.js';
import type { Marks } from './marks.js';
import type { RoomLog, Updates } from './room-log.js';

export class Reopening {
  readonly #connection: Connection;
  readonly #log: RoomLog;
  readonly #marks: Marks;

  constructor(connection: Connection, log: RoomLog, marks: Marks) {
    this.#connection = connection;
    this.#log = log;
    this.#marks = marks;
  }

  async reopen(turnId: string): Promise<boolean> {
    await this.#marks.all();
    for (let begun = false; ; ) {
      const found = await this.#find({ ingest: turnId });
      // Begun here, another process's claim may have finished it.
      if (!found) return begun;
      if (found.turn?.status !== 'failed') return false;
      if (found.open === Open.reopening) {
        await this.#finish(found);
        return true;
      }
      if (found.open === Open.turn || found.open === Open.triggered)
        await this.#connection.run(() => this.#marks.repair([found]));
      else if ((await this.#left(found)).length === 0) return false;
      else begun = (await this.#begin(found)) || begun;
    }
  }

  /** Goes on with what was cut off. */
  async finish(id: string): Promise<void> {
    const found = await this.#find({ _id: id, open: Open.reopening });
    if (found) await this.#finish(found);
  }

  async #find(filter: Partial<MemoryDocument>): Promise<MemoryDocument | null> {
    const projection = { agentId: 1, roomId: 1, open: 1, turn: 1 };
    const { memories, agents } = this.#log;
    const found = await this.#connection.run(() => memories.findOne<MemoryDocument>(filter, { projection }));
    if (found) agents.saw([found]);
    return found;
  }

  async #begin({ _id, roomId, turn }: MemoryDocument): Promise<boolean> {
    const settled = {
      _id,
      ...this.#log.agents.of(roomId),
      'turn.turnId': turn!.turnId,
      open: { $exists: false },
    };
    const update: UpdateFilter<MemoryDocument> = {
      $set: { open: Open.reopening },
      $unset: { expiresAt: '' },
    };
    const { matchedCount } = await this.#connection.repeatable(() =>
      this.#log.memories.updateOne(settled, update),
    );
    return matchedCount > 0;
  }

  /** Ids of the covered messages that are still there, in their order. */
  async #left({ roomId, turn }: MemoryDocument): Promise<string[]> {
    const { covers } = turn!;
    const found = await this.#connection.find(
      this.#log.memories,
      { ...this.#log.agents.of(roomId), _id: { $in: covers } },
      { projection: { _id: 1 } },
    );
    const there = new Set(found.map(({ _id }) => _id));
    return covers.filter((id) => there.has(id));
  }

  async #finish(failure: MemoryDocument): Promise<void> {
    const { _id, turn } = failure;
    const room = this.#log.agents.of(failure.roomId);
    const { turnId, agentId, covers, steps, trigger } = turn!;
    const [first, ...others] = await this.#left(failure);
    // Each once: whoever is late must not undo what came after, a second failure for one.
    const failed = { ...room, status: 'failed' as const, reopened: { $ne: _id } };
    const open = trigger ? Open.trigger : Open.message;
    const back = {
      $set: { status: 'pending' as const, turnId: null, open: open as MemoryDocument['open'] },
      $unset: { expiresAt: '' as const },
      $addToSet: { reopened: _id },
    };
    // What was done is not done again, and the turn covers what it covered.
    const checkpoint = {
      ...(trigger ? {} : { open: Open.checkpoint }),
      checkpoint: { turnId, agentId, covers, steps },
    };
    const atFirst = steps.length > 0 ? { ...back, $set: { ...back.$set, ...checkpoint } } : back;
    const freed = {
      $set: { ingest: derivedId('reopened', _id) },
      $unset: { open: '' as const, turn: '' as const },
    };
    const updates: Updates = [
      { updateMany: { filter: { _id: { $in: others }, ...failed }, update: back } },
      { updateOne: { filter: { _id, ...room, open: Open.reopening }, update: freed } },
    ];
    if (first !== undefined)
      updates.unshift({ updateOne: { filter: { _id: first, ...failed }, update: atFirst } });
    await this.#log.update(updates);
  }
}
