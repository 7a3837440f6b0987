import type { Filter, Sort } from 'mongodb';
import type { Memory } from '../../core/memory.js';
import type { Turn, TurnCheckpoint } from '../../core/turn.js';
import { FatalError } from '../../errors.js';
import type { Appended } from '../history.js';
import type { Page } from '../paging.js';
import { whole } from '../paging.js';
import type { Claim, Head, TurnCommit, TurnEdited, TurnListRequest, TurnStore } from '../turn-store.js';
import { noteCheckpoint } from './checkpoints.js';
import { Claims } from './claims.js';
import type { Connection } from './connection.js';
import { copied, type MemoryDocument, Open, turnDocumentOf, turnOf } from './documents.js';
import { editTurn } from './forgetting.js';
import type { Listings } from './listings.js';
import type { Marks } from './marks.js';
import type { MongoMemories } from './memories.js';
import type { Reads } from './reads.js';
import { Reopening } from './reopening.js';
import type { RoomLog } from './room-log.js';
import { waitingRooms } from './waiting.js';
import type { Windows } from './windows.js';

interface TurnParts {
  reads: Reads;
  windows: Windows;
  listings: Listings;
  append: MongoMemories['append'];
}

export class MongoTurns implements TurnStore {
  readonly #connection: Connection;
  readonly #log: RoomLog;
  readonly #marks: Marks;
  readonly #claims: Claims;
  readonly #windows: Windows;
  readonly #listings: Listings;
  readonly #reopening: Reopening;
  readonly #append: MongoMemories['append'];
  /** Commits that were begun, by the caller's turn. */
  readonly #tried = new WeakMap<Turn, MemoryDocument>();

  constructor(
    connection: Connection,
    log: RoomLog,
    marks: Marks,
    { reads, windows, listings, append }: TurnParts,
  ) {
    this.#windows = windows;
    this.#append = append;
    this.#connection = connection;
    this.#log = log;
    this.#marks = marks;
    this.#listings = listings;
    this.#reopening = new Reopening(connection, log, marks);
    this.#claims = new Claims({ connection, log, marks, reads, windows, reopening: this.#reopening });
  }

  claim(roomId: string, limit: number): Promise<Claim> {
    return this.#claims.claim(roomId, whole(limit));
  }

  async checkpoint(checkpoint: TurnCheckpoint): Promise<void> {
    const copy = copied(checkpoint);
    await this.#marks.ofRoom(copy.roomId);
    this.#log.agents.saw([checkpoint]);
    await noteCheckpoint(this.#connection, this.#log, copy);
  }

  async commit({ turn, reply, outbound }: TurnCommit): Promise<boolean> {
    // The same document again where nobody knows whether it was stored: so it is known as ours.
    const tried = this.#tried.get(turn);
    const document = tried ?? turnDocumentOf(turn, reply, outbound);
    this.#tried.set(turn, document);
    const inserted = await this.#log.insert(document);
    if (!inserted.stored) {
      const winner = await this.#winner(turn);
      if (!winner) throw new FatalError('internal', `Another memory has the id ${document._id}.`);
      // Our own first try, whose answer was lost, is no other worker.
      if (!(inserted.again || tried) || winner._id !== document._id) return false;
    }
    // A half character is stored as something else.
    if (reply && !/\p{Surrogate}/u.test(reply.content.text)) this.#windows.add(reply.roomId, [document]);
    this.#marks.begin(document);
    return true;
  }

  async get(turnId: string): Promise<Turn | null> {
    const found = await this.#connection.run(() =>
      this.#log.memories.findOne<MemoryDocument>({ ingest: turnId }, { projection: { turn: 1 } }),
    );
    return found?.turn ? turnOf(found.turn) : null;
  }

  async list(request: TurnListRequest): Promise<Page<Omit<Turn, 'steps'>>> {
    return this.#listings.turns(request);
  }

  reopen(turnId: string): Promise<boolean> {
    return this.#reopening.reopen(turnId);
  }

  async wake(messageId: string): Promise<boolean> {
    await this.#marks.ofMessage(messageId);
    const { memories } = this.#log;
    const of = { _id: messageId, kind: 'message' as const, role: 'user' as const };
    const projection = { roomId: 1, status: 1 } as const;
    const found = await this.#connection.run(() => memories.findOne<MemoryDocument>(of, { projection }));
    if (found?.status !== 'kept') return found?.status === 'pending';
    // The room is named for a sharded cluster's sake.
    const kept = { ...of, roomId: found.roomId, status: 'kept' as const };
    const pending = {
      $set: { status: 'pending' as const, open: Open.message },
      $unset: { expiresAt: '' as const },
    };
    await this.#connection.repeatable(() => memories.updateOne(kept, pending));
    return true;
  }

  /** A decision that this process has not told the turn of keeps its place all the same: the key is taken. */
  async decide(turnId: string, trigger: Memory): Promise<Appended> {
    await this.#marks.ofRoom(trigger.roomId);
    const appended = await this.#append(trigger);
    const room = this.#log.agents.of(trigger.roomId);
    const waiting = { ingest: turnId, ...room, waitsUntil: { $exists: true } };
    await this.#connection.repeatable(() =>
      this.#log.memories.updateOne(waiting, { $unset: { waitsUntil: '' } }),
    );
    return appended;
  }

  async expired(now: number, limit: number): Promise<string[]> {
    return this.#undecided({ waitsUntil: { $lt: now } }, { waitsUntil: 1 }, limit);
  }

  async undecided(roomId: string, limit: number): Promise<string[]> {
    return this.#undecided(
      { ...this.#log.agents.of(roomId), waitsUntil: { $exists: true } },
      { _id: 1 },
      limit,
    );
  }

  async stopWaiting(turnId: string): Promise<boolean> {
    await this.#marks.all();
    const waiting = { ingest: turnId, 'turn.state': 'waiting' as const };
    const { memories } = this.#log;
    const place = await this.#connection.run(() =>
      memories.findOne<MemoryDocument>(waiting, { projection: { roomId: 1 } }),
    );
    if (!place) return false;
    // The room is named for a sharded cluster's sake.
    const { matchedCount } = await this.#connection.repeatable(() =>
      memories.updateOne(
        { ...waiting, ...place },
        { $set: { 'turn.state': 'stopped' }, $unset: { waitsUntil: '' } },
      ),
    );
    return matchedCount > 0;
  }

  async edit(turnId: string, change: TurnEdited): Promise<void> {
    const turn = await this.get(turnId);
    // Some servers lose one of two changes of a document.
    if (turn) await this.#marks.ofRoom(turn.roomId);
    await editTurn(this.#connection, turnId, change);
  }

  heads(roomIds: readonly string[]): Promise<Head[]> {
    return this.#claims.heads(roomIds);
  }

  async waiting(before: number, limit: number): Promise<string[]> {
    await this.#marks.all();
    const pending = { open: { $gte: Open.trigger, $ne: Open.turn }, createdAt: { $lt: before } };
    return this.#connection.run(() => waitingRooms(this.#log.memories, pending, 'createdAt', whole(limit)));
  }

  async #undecided(filter: Filter<MemoryDocument>, sort: Sort, limit: number): Promise<string[]> {
    if (whole(limit) === 0) return [];
    await this.#marks.all();
    const found = await this.#connection.find(this.#log.memories, filter, {
      ...{ sort, limit: whole(limit), projection: { 'turn.turnId': 1 } },
    });
    return found.flatMap(({ turn }) => turn?.turnId ?? []);
  }

  /** The turn of that id, or else another one with some of its messages. */
  #winner({ turnId, roomId, covers }: Turn): Promise<MemoryDocument | null> {
    const [room, projection] = [this.#log.agents.of(roomId), { _id: 1 } as const];
    return this.#connection.run(
      async () =>
        (await this.#log.memories.findOne<MemoryDocument>({ ingest: turnId, ...room }, { projection })) ??
        (await this.#log.memories.findOne<MemoryDocument>(
          { ...room, 'turn.covers': { $in: covers } },
          { projection },
        )),
    );
  }
}
