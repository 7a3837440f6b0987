/**
 * What follows a commit: the covered messages are marked and the turn is closed. It may be lost in a crash, and
 * repeated by anyone, because of the order it is done in: the turn's first message is marked last. As long as a
 * covered message is pending, the first one is; whoever claims the room then derives the same turn id from it and
 * cannot commit a second time, even if it does not see the turn.
 */
import type { MemoryStatus } from '../../core/memory.js';
import type { Logger } from '../../logger.js';
import type { MemoryDocument } from './documents.js';
import type { RoomAgents } from './room-agents.js';
import type { RoomLog, Updates } from './room-log.js';

interface Marking {
  document: MemoryDocument;
  covers: Set<string>;
  done: Promise<void>;
}

export class Marks {
  readonly #log: RoomLog;
  readonly #logger: Logger;
  /** Under way in this process, so that it reads what it has committed. */
  readonly #markings = new Set<Marking>();

  constructor(log: RoomLog, logger: Logger) {
    this.#log = log;
    this.#logger = logger;
  }

  /** Begins to apply a committed turn; returns at once, and never fails: what is left undone is repaired. */
  begin(document: MemoryDocument): void {
    if (document.open === undefined) return;
    const done = this.#log.update(updatesOf(document, this.#log.agents)).catch((err) => {
      this.#logger.warn(
        { err, turnId: document.turnId },
        "a turn's messages are not marked yet; the next claim will",
      );
    });
    const marking: Marking = { document, covers: new Set(document.turn!.covers), done };
    this.#markings.add(marking);
    void done.finally(() => this.#markings.delete(marking));
  }

  /** Applies turns that some process committed and did not finish. */
  async repair(documents: MemoryDocument[]): Promise<void> {
    await Promise.all(documents.map((document) => this.#log.update(updatesOf(document, this.#log.agents))));
  }

  /** Undefined when nothing of the room is under way, so that nobody waits a tick for nothing. */
  ofRoom(roomId: string): Promise<unknown> | undefined {
    return this.#those(({ document }) => document.roomId === roomId);
  }

  ofMessage(id: string): Promise<unknown> | undefined {
    return this.#those(({ covers }) => covers.has(id));
  }

  /** A silent turn's scope is not known: it counts for all. */
  ofScopes(scopes: readonly string[]): Promise<unknown> | undefined {
    return this.#those(({ document }) => document.scope === undefined || scopes.includes(document.scope));
  }

  all(): Promise<unknown> | undefined {
    return this.#those(() => true);
  }

  #those(wanted: (marking: Marking) => boolean): Promise<unknown> | undefined {
    const found = [...this.#markings].filter(wanted);
    return found.length > 0 ? Promise.all(found.map(({ done }) => done)) : undefined;
  }
}

function updatesOf({ _id, roomId, turnId, turn, open }: MemoryDocument, agents: RoomAgents): Updates {
  const room = agents.of(roomId);
  const [first, ...others] = turn!.covers;
  const { trigger } = turn!;
  const status: MemoryStatus = turn!.status === 'done' ? 'handled' : 'failed';
  const pending = { ...room, status: 'pending' as const, reopened: { $ne: _id } };
  const update = { $set: { status, turnId }, $unset: { open: '' as const, checkpoint: '' as const } };
  const updates: Updates = [
    { updateOne: { filter: { _id: first!, ...pending }, update } },
    { updateOne: { filter: { _id, ...room, open }, update: { $unset: { open: '' as const } } } },
  ];
  if (others.length > 0)
    updates.unshift({ updateMany: { filter: { _id: { $in: others }, ...pending }, update } });
  // As long as it waits: somebody may have stopped it.
  if (trigger?.kind === 'decision')
    updates.unshift({
      updateOne: {
        filter: { ingest: trigger.turnId, ...room, 'turn.state': 'waiting' },
        update: {
          $set: { 'turn.continuedBy': turn!.turnId },
          $unset: { 'turn.state': '' as const, waitsUntil: '' as const },
        },
      },
    });
  return updates;
}
