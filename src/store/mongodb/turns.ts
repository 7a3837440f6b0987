import type { Turn, TurnCheckpoint } from '../../core/turn.js';
import { FatalError } from '../../errors.js';
import type { Page } from '../memory-store.js';
import { whole } from '../paging.js';
import type { Claim, TurnCommit, TurnListRequest, TurnStore } from '../turn-store.js';
import type { Connection } from './connection.js';
import {
  checkpointOf,
  copied,
  type MemoryDocument,
  memoryFields,
  memoryOf,
  Open,
  turnDocumentOf,
} from './documents.js';
import type { Listings } from './listings.js';
import type { Marks } from './marks.js';
import { Reopening } from './reopening.js';
import type { RoomLog } from './room-log.js';
import { waitingRooms } from './waiting.js';

/** A claim meets at most this many unfinished turns at once; the rest in its next look. */
const mostTurns = 8;

export class MongoTurns implements TurnStore {
  readonly #connection: Connection;
  readonly #log: RoomLog;
  readonly #marks: Marks;
  readonly #listings: Listings;
  readonly #reopening: Reopening;

  constructor(connection: Connection, log: RoomLog, marks: Marks, listings: Listings) {
    this.#connection = connection;
    this.#log = log;
    this.#marks = marks;
    this.#listings = listings;
    this.#reopening = new Reopening(connection, log, marks);
  }

  async claim(roomId: string, limit: number): Promise<Claim> {
    await this.#marks.ofRoom(roomId);
    for (;;) {
      const open = await this.#open(roomId, whole(limit));
      const reopening = open.filter((document) => document.open === Open.reopening);
      const unfinished = open.filter((document) => document.open === Open.turn);
      if (reopening.length + unfinished.length === 0) return this.#claimOf(open, whole(limit));
      // Some process died between a commit, or the beginning of a reopening, and what follows.
      for (const { _id } of reopening) await this.#reopening.finish(_id);
      await this.#connection.run(() => this.#marks.repair(unfinished));
    }
  }

  /** Without effect on a finished turn: the checkpoint stands in a message that waits, and none of its does. */
  async checkpoint(checkpoint: TurnCheckpoint): Promise<void> {
    const { turnId, roomId, agentId, covers, steps } = copied(checkpoint);
    await this.#marks.ofRoom(roomId);
    const { memories } = this.#log;
    for (const _id of covers) {
      const holder = { _id, roomId, status: 'pending' as const };
      const matched = await this.#connection.repeatable(async () => {
        const set = () =>
          memories.updateOne(
            { ...holder, checkpoint: { $exists: false } },
            { $set: { open: Open.checkpoint, checkpoint: { turnId, agentId, covers, steps } } },
          );
        // The covers of the first checkpoint stay: messages that came later wait for the next turn.
        const renew = () =>
          memories.updateOne(
            { ...holder, 'checkpoint.turnId': turnId },
            { $set: { 'checkpoint.steps': steps } },
          );
        // One of the two does it; what is likelier is tried first.
        const [first, second] = steps.length > 1 ? [renew, set] : [set, renew];
        return (await first()).matchedCount > 0 || (await second()).matchedCount > 0;
      });
      // Another one of the covers holds it where the first is gone.
      if (matched) return;
    }
  }

  async commit({ turn, reply, outbound }: TurnCommit): Promise<boolean> {
    const document = turnDocumentOf(turn, reply, outbound);
    const inserted = await this.#log.insert(document);
    if (!inserted.stored) {
      const winner = await this.#winner(turn);
      if (!winner) throw new FatalError('internal', `Another memory has the id ${document._id}.`);
      // Our own first try, whose answer was lost, is no other worker.
      if (!inserted.again || winner._id !== document._id) return false;
    }
    this.#marks.begin(document);
    return true;
  }

  async get(turnId: string): Promise<Turn | null> {
    const found = await this.#connection.run(() =>
      this.#log.memories.findOne<MemoryDocument>({ ingest: turnId }, { projection: { turn: 1 } }),
    );
    return found?.turn ?? null;
  }

  async list(request: TurnListRequest): Promise<Page<Omit<Turn, 'steps'>>> {
    return this.#listings.turns(request);
  }

  reopen(turnId: string): Promise<boolean> {
    return this.#reopening.reopen(turnId);
  }

  async waiting(before: number, limit: number): Promise<string[]> {
    await this.#marks.all();
    const pending = { open: { $gte: Open.reopening, $ne: Open.turn }, createdAt: { $lt: before } };
    return this.#connection.run(() => waitingRooms(this.#log.memories, pending, 'createdAt', whole(limit)));
  }

  /** Everything a claim must see, in one query: unfinished reopenings and turns, then checkpoints, then what waits. */
  #open(roomId: string, limit: number): Promise<MemoryDocument[]> {
    return this.#connection.find(
      this.#log.memories,
      { roomId, open: { $gte: Open.reopening } },
      {
        sort: { open: 1, _id: 1 },
        limit: limit + mostTurns,
        projection: {
          ...memoryFields,
          open: 1,
          checkpoint: 1,
          'turn.covers': 1,
          'turn.status': 1,
        },
      },
    );
  }

  async #claimOf(open: MemoryDocument[], limit: number): Promise<Claim> {
    const [first] = open;
    if (first?.open !== Open.checkpoint) {
      return { messages: open.slice(0, limit).map(memoryOf), checkpoint: null };
    }
    const checkpoint = checkpointOf(first);
    const covered = new Set(checkpoint.covers);
    let found = open.filter(({ _id }) => covered.has(_id));
    // The limit does not cut what a checkpoint covers: the turn was begun with these messages.
    if (found.length < covered.size && open.length >= limit + mostTurns) {
      found = await this.#stillPending(checkpoint);
    }
    found.sort((a, b) => (a._id < b._id ? -1 : 1));
    return { messages: found.map(memoryOf), checkpoint };
  }

  #stillPending({ roomId, covers }: TurnCheckpoint): Promise<MemoryDocument[]> {
    return this.#connection.find(
      this.#log.memories,
      { roomId, _id: { $in: covers }, status: 'pending' },
      { projection: memoryFields },
    );
  }

  /** The turn of that id, or else another one with some of its messages. */
  #winner({ turnId, roomId, covers }: Turn): Promise<MemoryDocument | null> {
    const projection = { _id: 1 } as const;
    return this.#connection.run(
      async () =>
        (await this.#log.memories.findOne<MemoryDocument>({ ingest: turnId, roomId }, { projection })) ??
        (await this.#log.memories.findOne<MemoryDocument>(
          { roomId, 'turn.covers': { $in: covers } },
          { projection },
        )),
    );
  }
}
