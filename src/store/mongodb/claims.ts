import type { Memory } from '../../core/memory.js';
import type { TurnCheckpoint } from '../../core/turn.js';
import type { Claim, Head } from '../turn-store.js';
import type { Connection } from './connection.js';
import { checkpointOf, type MemoryDocument, memoryFields, memoryOf, Open, oldestFirst } from './documents.js';
import type { Marks } from './marks.js';
import type { Reads } from './reads.js';
import type { Reopening } from './reopening.js';
import type { RoomLog } from './room-log.js';
import type { Windows } from './windows.js';

const openFields = {
  ...memoryFields,
  ...{ has: 1, open: 1, checkpoint: 1 },
  ...{ 'turn.turnId': 1, 'turn.covers': 1, 'turn.status': 1, 'turn.trigger': 1 },
};

/** So many rooms are looked at together. */
const headsAtOnce = 20;

const headFields = { roomId: 1, agentId: 1, author: 1, source: 1 } as const;

/** A claim meets at most this many unfinished turns at once; the rest in its next look. */
const mostTurns = 8;

export interface ClaimParts {
  connection: Connection;
  log: RoomLog;
  marks: Marks;
  reads: Reads;
  windows: Windows;
  reopening: Reopening;
}

/** What a room's next turn covers. */
export class Claims {
  readonly #parts: ClaimParts;

  constructor(parts: ClaimParts) {
    this.#parts = parts;
  }

  async claim(roomId: string, limit: number): Promise<Claim> {
    await this.#parts.marks.ofRoom(roomId);
    for (;;) {
      const open = await this.#open(roomId, limit);
      const reopening = open.filter((document) => document.open === Open.reopening);
      const unfinished = open.filter(({ open: is }) => is === Open.turn || is === Open.triggered);
      if (reopening.length + unfinished.length === 0) return this.#claimOf(open, limit);
      // Some process died between a commit, or the beginning of a reopening, and what follows.
      for (const { _id } of reopening) await this.#parts.reopening.finish(_id);
      await this.#parts.connection.run(() => this.#parts.marks.repair(unfinished));
    }
  }

  /** As in `TurnStore`: a trigger, where one waits, and else what has waited longest. */
  async heads(roomIds: readonly string[]): Promise<Head[]> {
    const { log, reads } = this.#parts;
    const open = { $in: [Open.trigger, Open.checkpoint, Open.message] };
    const headOf = (roomId: string) =>
      reads.rows<MemoryDocument>([
        { $match: { ...log.agents.of(roomId), open } },
        { $sort: { open: 1, _id: 1 } },
        { $limit: 1 },
        { $project: headFields },
      ]);
    const found: MemoryDocument[] = [];
    // Turns need connections, too.
    for (let at = 0; at < roomIds.length; at += headsAtOnce) {
      const some = roomIds.slice(at, at + headsAtOnce);
      found.push(...(await Promise.all(some.map(headOf))).flat());
    }
    return found.map((document) => {
      const { roomId, agentId, author, source } = memoryOf(document);
      return { roomId, agentId, author, source };
    });
  }

  /**
   * Everything a claim must see, in one query: unfinished turns of triggers, triggers, unfinished reopenings and turns,
   * then checkpoints, then what waits.
   */
  async #open(
    roomId: string,
    limit: number,
    from: MemoryDocument['open'] = Open.triggered,
  ): Promise<MemoryDocument[]> {
    const { agents } = this.#parts.log;
    const found = await this.#parts.reads.rows<MemoryDocument>([
      { $match: { ...agents.of(roomId), open: { $gte: from! } } },
      { $sort: { open: 1, _id: 1 } },
      { $limit: limit + mostTurns },
      { $project: openFields },
    ]);
    agents.saw(found);
    return found.sort((a, b) => a.open! - b.open! || oldestFirst(a, b));
  }

  async #claimOf(found: MemoryDocument[], limit: number): Promise<Claim> {
    const triggers = found.filter(({ open }) => open === Open.trigger);
    const begun = triggers.find(({ checkpoint }) => checkpoint);
    if (begun) return { messages: this.#taken([begun]), checkpoint: checkpointOf(begun) };
    // Triggers come before messages here, whatever their place in the line: too many of them leave no room for those.
    const { roomId } = found[0] ?? {};
    const more = triggers.length > mostTurns && roomId !== undefined;
    const open = more ? await this.#open(roomId, limit, Open.checkpoint) : found.slice(triggers.length);
    const [first] = open;
    const [trigger] = triggers;
    if (first?.open !== Open.checkpoint) {
      if (trigger && !(first && first._id < trigger._id))
        return { messages: this.#taken([trigger]), checkpoint: null, cut: true };
      const before = trigger ? open.filter(({ _id }) => _id < trigger._id) : open;
      const messages = this.#taken(before.slice(0, limit));
      return { messages, checkpoint: null, ...(trigger && { cut: true }) };
    }
    return this.#begun(first, open, limit);
  }

  async #begun(first: MemoryDocument, open: MemoryDocument[], limit: number): Promise<Claim> {
    const checkpoint = checkpointOf(first);
    const covered = new Set(checkpoint.covers);
    let found = open.filter(({ _id }) => covered.has(_id));
    // The limit does not cut what a checkpoint covers: the turn was begun with these messages.
    if (found.length < covered.size && open.length >= limit + mostTurns) {
      found = await this.#stillPending(checkpoint);
    }
    return { messages: this.#taken(found.sort(oldestFirst)), checkpoint };
  }

  #taken(found: MemoryDocument[]): Memory[] {
    return found[0] ? this.#parts.windows.add(found[0].roomId, found) : [];
  }

  #stillPending({ roomId, covers }: TurnCheckpoint): Promise<MemoryDocument[]> {
    return this.#parts.connection.find(
      this.#parts.log.memories,
      { ...this.#parts.log.agents.of(roomId), _id: { $in: covers }, status: 'pending' },
      { projection: { ...memoryFields, has: 1 } },
    );
  }
}
