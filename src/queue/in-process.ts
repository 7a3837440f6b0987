import { setMaxListeners } from 'node:events';
import { backOffMs } from '../core/back-off.js';
import { atMost } from '../core/deadline.js';
import type { Share } from '../core/share.js';
import { isAway } from '../core/while-away.js';
import { FatalError, isRetryable } from '../errors.js';
import { Line, type Waiting } from './line.js';
import type { ParkedHandler, RoomQueue, Run, RunHandler, ScheduleOptions } from './queue.js';
import { ownShare, Slots } from './slots.js';

interface Room extends Waiting {
  id: string;
  state: 'waiting' | 'running' | 'delayed';
  /** Schedules came while it ran: when the first of them is due (as `due`), and it runs once more; null: none came. */
  again: number | null;
  /** Whose these schedules are; null: nobody said. */
  next: Share | null;
  attempt: number;
  /** In state `delayed`: when it is due, by the clock that is never put back, and whether it is a retry, which no schedule may shorten. */
  due: number;
  retrying: boolean;
  timer: NodeJS.Timeout | undefined;
}

export interface InProcessQueueOptions {
  /** Most runs at once, over all rooms. */
  concurrency: number;
  /** Tries before a room is parked. */
  attempts: number;
  /** Wait before the second try, in ms. */
  retryBaseMs: number;
}

/**
 * The queue of the embedded hub. It keeps nothing across a restart: the store's pending rows are its state,
 * and the sweeper schedules them again at the next start.
 */
export class InProcessQueue implements RoomQueue {
  readonly #options: InProcessQueueOptions;
  /** Every room that waits, runs or is delayed. */
  readonly #rooms = new Map<string, Room>();
  readonly #slots: Slots;
  /** Rooms in state `waiting` that came in this tick. */
  readonly #arrived = new Set<Room>();
  /** The others: those for which no slot was free. */
  readonly #line = new Line();
  readonly #runs = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #handler: RunHandler | undefined;
  #parked: ParkedHandler | undefined;
  #closed = false;
  #pumping = false;

  constructor(options: InProcessQueueOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
    // Every run of every room listens to it.
    setMaxListeners(0, this.#abort.signal);
  }

  async schedule(roomId: string, { delayMs = 0, share }: ScheduleOptions = {}): Promise<void> {
    if (this.#closed)
      throw new FatalError('shutting_down', 'The hub is stopping; the message is kept for the next start.');
    if (share) this.#slots.know(share);
    const room = this.#rooms.get(roomId);
    if (!room) {
      const fresh: Room = {
        ...{ id: roomId, state: 'waiting', share: share ?? ownShare(roomId), next: null, again: null },
        ...{ attempt: 1, due: 0, retrying: false, timer: undefined },
        ...{ ring: null, before: null, after: null },
      };
      this.#rooms.set(roomId, fresh);
      if (delayMs > 0) this.#delay(fresh, delayMs, false);
      else this.#enqueue(fresh);
    } else if (room.state === 'running') {
      room.again = Math.min(room.again ?? Infinity, performance.now() + delayMs);
      if (share) room.next = room.next ? this.#lesser(room.next, share) : share;
    } else if (room.state === 'delayed' && !room.retrying && performance.now() + delayMs < room.due) {
      clearTimeout(room.timer);
      if (share) room.share = share;
      if (delayMs > 0) this.#delay(room, delayMs, false);
      else this.#enqueue(room);
    } else if (share && room.state === 'waiting') {
      this.#shareWaiting(room, this.#lesser(room.share, share));
    }
  }

  /** Of people who have something in one room, whoever has less elsewhere: it waits no longer than that one would. */
  #lesser(one: Share, other: Share): Share {
    return this.#slots.runningOf(other.person) < this.#slots.runningOf(one.person) ? other : one;
  }

  #shareWaiting(room: Room, share: Share): void {
    if (share === room.share) return;
    const stood = room.ring !== null;
    this.#line.remove(room);
    room.share = share;
    if (!stood) return;
    this.#line.add(room);
    this.#pumpSoon();
  }

  process(handler: RunHandler, parked: ParkedHandler): void {
    this.#handler = handler;
    this.#parked = parked;
    this.#pumpSoon();
  }

  async counts(): Promise<{ waiting: number; running: number; delayed: number }> {
    const waiting = this.#arrived.size + this.#line.size;
    const running = this.#runs.size;
    return { waiting, running, delayed: this.#rooms.size - waiting - running };
  }

  async close(deadlineMs = 0): Promise<void> {
    this.#closed = true;
    for (const room of this.#rooms.values()) clearTimeout(room.timer);
    this.#arrived.clear();
    this.#line.clear();
    const finished = Promise.all(this.#runs);
    if (this.#runs.size > 0 && !(await atMost(deadlineMs, finished))) {
      this.#abort.abort(new FatalError('shutting_down', 'The hub is stopping.'));
      await atMost(1000, finished);
    }
    this.#rooms.clear();
  }

  #enqueue(room: Room): void {
    room.state = 'waiting';
    this.#arrived.add(room);
    this.#pumpSoon();
  }

  #delay(room: Room, delayMs: number, retrying: boolean): void {
    room.state = 'delayed';
    room.retrying = retrying;
    room.due = performance.now() + delayMs;
    room.timer = setTimeout(() => this.#enqueue(room), delayMs);
  }

  /** Runs start a tick later, so that messages which arrive together are one run. */
  #pumpSoon(): void {
    if (this.#pumping || !this.#handler) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  /** As long as there are slots for all, nobody is compared with anybody. */
  #pump(): void {
    for (const room of this.#arrived) {
      if (this.#slots.isOpen && this.#line.size === 0) this.#start(room);
      else this.#line.add(room);
    }
    this.#arrived.clear();
    for (let room = this.#line.next(this.#slots); room; room = this.#line.next(this.#slots))
      this.#start(room as Room);
  }

  #start(room: Room): void {
    room.state = 'running';
    room.again = null;
    room.next = null;
    const { share } = room;
    this.#slots.begin(share);
    const run = this.#run(room).finally(() => {
      this.#runs.delete(run);
      this.#slots.end(share);
      this.#pumpSoon();
    });
    this.#runs.add(run);
  }

  async #run(room: Room): Promise<void> {
    const { signal } = this.#abort;
    const run: Run = { roomId: room.id, attempt: room.attempt, signal, hold: () => signal.throwIfAborted() };
    try {
      await this.#handler!(run);
    } catch (error) {
      if (this.#closed) return;
      const away = isAway(error);
      if (away || (isRetryable(error) && room.attempt < this.#options.attempts)) {
        if (!away) room.attempt++;
        this.#delay(room, backOffMs(run.attempt, { firstMs: this.#options.retryBaseMs }, error), true);
        return;
      }
      await this.#parked!(run, error);
    }
    room.attempt = 1;
    if (this.#closed) return;
    if (room.next) room.share = room.next;
    if (room.again === null) this.#rooms.delete(room.id);
    else if (room.again > performance.now()) this.#delay(room, room.again - performance.now(), false);
    else this.#enqueue(room);
  }
}
