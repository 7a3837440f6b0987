/**
 * What follows a commit: the covered messages are marked and the turn is closed. It may be lost in a crash, and
 * repeated by anyone, because of the order it is done in: the turn's first message is marked last. As long as a
 * covered message is pending, the first one is; whoever claims the room then derives the same turn id from it and
 * cannot commit a second time, even if it does not see the turn.
 */
import type { MemoryStatus } from '../../core/memory.js';
import { isRetryable } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { MemoryDocument } from './documents.js';
import { unavailable } from './faults.js';
import type { RoomAgents } from './room-agents.js';
import type { RoomLog, Updates } from './room-log.js';

interface Marking {
  document: MemoryDocument;
  covers: Set<string>;
  /** Of the last try: whether it is done. */
  done: Promise<boolean>;
  /** The last try has failed. */
  failed: boolean;
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
    const covers = new Set(document.turn!.covers);
    const marking: Marking = { document, covers, done: Promise.resolve(false), failed: false };
    this.#markings.add(marking);
    this.#try(marking);
  }

  #try(marking: Marking): Promise<boolean> {
    const { document } = marking;
    marking.failed = false;
    const end = (err?: unknown) => {
      marking.failed = err !== undefined;
      // What can never be done is left to whoever claims the room, and told there.
      if (!marking.failed || !isRetryable(err)) this.#markings.delete(marking);
      if (!marking.failed) return true;
      this.#logger.warn(
        { err, turnId: document.turnId },
        "a turn's messages are not marked yet; the next read or claim will",
      );
      return false;
    };
    marking.done = this.#log.update(updatesOf(document, this.#log.agents)).then(() => end(), end);
    return marking.done;
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

  /** For who learns the message's id from a read: whether its marking was under way when that began, or is now. */
  since(): (id: string) => Promise<unknown> | undefined {
    const before = [...this.#markings];
    return (id) => {
      const found = before.filter(({ covers }) => covers.has(id));
      return found.length > 0 ? this.#finished(found) : this.ofMessage(id);
    };
  }

  /** A silent turn's scope is not known: it counts for all. */
  ofScopes(scopes: readonly string[]): Promise<unknown> | undefined {
    return this.#those(({ document }) => document.scope === undefined || scopes.includes(document.scope));
  }

  /** Resolves when those under way have ended, well or not. */
  async ended(): Promise<void> {
    await Promise.all([...this.#markings].map(({ done }) => done));
  }

  all(): Promise<unknown> | undefined {
    return this.#those(() => true);
  }

  #those(wanted: (marking: Marking) => boolean): Promise<unknown> | undefined {
    if (this.#markings.size === 0) return;
    const found = [...this.#markings].filter(wanted);
    return found.length > 0 ? this.#finished(found) : undefined;
  }

  #finished(markings: Marking[]): Promise<unknown> {
    const finished = Promise.all(markings.map((marking) => this.#finish(marking)));
    // Whoever asked may have failed meanwhile for another reason.
    finished.catch(() => {});
    return finished;
  }

  /** What this process has committed it reads as committed, or not at all. */
  async #finish(marking: Marking): Promise<void> {
    if ((!marking.failed && (await marking.done)) || !this.#markings.has(marking)) return;
    if (!(marking.failed ? await this.#try(marking) : await marking.done) && this.#markings.has(marking))
      throw unavailable("A turn's messages are not marked yet.");
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
