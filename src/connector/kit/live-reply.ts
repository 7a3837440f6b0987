/**
 * LiveReplies: shows people an answer while it is being written. A connector tells it which messages wait for an
 * answer, and how to show one; before it delivers the reply it asks for the message that already shows its
 * beginning, and edits that one.
 *
 * - **Surface**: how typing and a live message are shown where one question was asked.
 * - **Live message**: one for each turn, under the newest message the turn covers that is followed.
 *
 * Best effort throughout: what fails here is logged, and the reply comes all the same.
 */
import type { TurnEvent } from '../../core/events.js';
import type { Memory } from '../../core/memory.js';
import { turnIdOf } from '../../core/turn.js';
import { TurnText } from '../../core/turn-text.js';
import type { Host } from '../connector.js';
import { LiveMessage, type LiveSurface } from './live-message.js';
import { TypingLight } from './typing-light.js';

/** How often, and how much of, a growing reply is shown. */
export interface LiveOptions {
  host: Host;
  /** Least time between two updates of one message, in ms. */
  everyMs: number;
  /** Typing is shown again after this long, in ms; a platform takes it away by itself. */
  typingEveryMs: number;
  /** What a live message shows at most, in UTF-16 units of markdown; the surface renders it. */
  maxChars: number;
  /** A message without an answer is no longer followed this long after anything was heard of it, in ms. */
  giveUpMs?: number;
  /** Between looks into the store for an answer whose events were lost, in ms. */
  lookMs?: number;
  /** How long a call that is under way at the end is waited for, in ms. */
  patienceMs?: number;
}

/** A message that waits for its answer. Times are of the performance clock. */
interface Followed {
  memory: Memory;
  surface: LiveSurface;
  /** Null while no turn that covers it has been seen to start. */
  turnId: string | null;
  heardAt: number;
  /** When the store is next asked whether it was answered while nobody told us. */
  lookAt: number;
}

interface Room {
  id: string;
  followed: Followed[];
  watching: Promise<() => void>;
  timer: NodeJS.Timeout;
  light: TypingLight;
}

interface Live {
  message: LiveMessage;
  text: TurnText;
  /** The id to be told to whoever delivers; it has ended, and other processes can see that it has. */
  settled: Promise<string | null> | null;
  forgetting?: NodeJS.Timeout;
}

/** Tells every process which message shows a turn's beginning. */
interface Note {
  /** Null: it is about to be sent. */
  id: string | null;
  /** No update will come any more. */
  settled: boolean;
}

const noteTtlMs = 24 * 60 * 60_000;

/** How long another process is waited for that has an update under way; it may be dead. */
const foreignMs = 3000;

/** Shows replies while they are written; see the head of this file. */
export class LiveReplies {
  readonly #options: Required<LiveOptions>;
  readonly #rooms = new Map<string, Room>();
  readonly #lives = new Map<string, Live>();
  #stopped = false;

  constructor(options: LiveOptions) {
    this.#options = { giveUpMs: 10 * 60_000, lookMs: 20_000, patienceMs: 10_000, ...options };
  }

  /**
   * From now on the answer to this message is shown as it is written; a turn that runs already is joined. A message that
   * came again is only followed where nobody shows its answer yet; one that does not wait for any, never.
   */
  follow(memory: Memory, surface: LiveSurface): void {
    if (this.#stopped || memory.status !== 'pending') return;
    const room = this.#rooms.get(memory.roomId) ?? this.#enter(memory.roomId);
    if (room.followed.some((followed) => followed.memory.id === memory.id)) return;
    const now = performance.now();
    room.followed.push({ memory, surface, turnId: null, heardAt: now, lookAt: now + this.#options.lookMs });
    this.#type(room);
  }

  /**
   * The platform's id of the message that shows the beginning of this turn's reply, null if none does; it is not
   * updated any more. In another process than the one that shows it, and after a restart, the notes tell.
   * That message may have been deleted by someone: edit it, and send a new one if it is gone.
   *
   * @throws what the store throws: without an answer, a half-written message would stay beside the reply.
   */
  async finish(turnId: string): Promise<string | null> {
    for (const room of this.#rooms.values()) {
      this.#unfollow(room, (followed) => (followed.turnId ?? turnIdOf(followed.memory)) === turnId);
    }
    const live = this.#lives.get(turnId);
    const id = live && (await this.#settle(turnId, live, 'close'));
    this.#forget(turnId);
    return live?.message.tried ? (id ?? null) : this.#foreign(turnId);
  }

  /**
   * Takes back the message that shows the beginning of this turn's reply, where one does: the reply was delivered without
   * it, say. Later `finish` gives null.
   * @param remove deletes it on the platform. @throws what that throws, and the store: then it can be called again.
   */
  async withdraw(turnId: string, remove: (id: string) => Promise<void>): Promise<void> {
    const id = await this.finish(turnId);
    if (id === null) return;
    await remove(id);
    await this.#options.host.notes.put(`live:${turnId}`, { id: null, settled: true }, { ttlMs: noteTtlMs });
  }

  /** Follows nothing any more. Messages that are shown stay, for the process that will deliver their replies. */
  stop(): void {
    this.#stopped = true;
    for (const room of this.#rooms.values()) this.#unfollow(room, () => true);
    for (const [turnId, live] of this.#lives) {
      void this.#settle(turnId, live, 'close');
      this.#forget(turnId);
    }
  }

  #enter(roomId: string): Room {
    const { host, typingEveryMs, patienceMs } = this.#options;
    const room: Room = {
      id: roomId,
      followed: [],
      watching: host
        .watch(roomId, (event) => this.#see(room, event))
        .catch((err) => {
          host.log.warn(
            { err, roomId },
            'room events are not available; replies are not shown as they are written',
          );
          return () => {};
        }),
      timer: setInterval(() => this.#tick(room), typingEveryMs),
      light: new TypingLight({
        ...{ everyMs: typingEveryMs, patienceMs },
        warn: (err, what) => host.log.warn({ err, roomId }, what),
      }),
    };
    this.#rooms.set(roomId, room);
    return room;
  }

  #unfollow(room: Room, which: (followed: Followed) => boolean): void {
    const over = room.followed.filter(which);
    room.followed = room.followed.filter((followed) => !over.includes(followed));
    if (!this.#stopped) for (const { surface } of over) void room.light.putOut(surface);
    if (room.followed.length > 0 || this.#rooms.get(room.id) !== room) return;
    this.#rooms.delete(room.id);
    clearInterval(room.timer);
    void room.watching.then((end) => end());
  }

  #see(room: Room, event: TurnEvent): void {
    // Whoever followed late, or missed the start, joins here.
    if (event.type === 'turn.started' || event.type === 'text.so-far')
      this.#join(room, event.turnId, event.covers);
    const live = this.#lives.get(event.turnId);
    if (event.type === 'reply' || event.type === 'turn.failed') {
      const over = room.followed.filter(({ memory }) => event.covers.includes(memory.id));
      if (live) void this.#settle(event.turnId, live, event.reply ? 'close' : 'discard');
      else if (!event.reply && over.length > 0) void this.#discard(event.turnId, over.at(-1)!.surface);
      this.#unfollow(room, (followed) => over.includes(followed));
      return;
    }
    // Its room has read that the answer will come: it comes as a message of its own then, where people see it.
    if (event.type === 'turn.waiting' && event.told && live) void this.#settle(event.turnId, live, 'discard');
    for (const followed of room.followed) {
      if (followed.turnId === event.turnId) followed.heardAt = performance.now();
    }
    live?.text.see(event);
    if (live && !live.settled) live.message.say(live.text.text);
  }

  #join(room: Room, turnId: string, covers: string[]): void {
    const covered = room.followed.filter(({ memory }) => covers.includes(memory.id));
    const newest = covered.at(-1);
    if (!newest) return;
    for (const followed of covered) followed.turnId = turnId;
    if (this.#lives.has(turnId)) return;
    const message = this.#message(room.id, turnId, newest.surface);
    this.#lives.set(turnId, { message, text: new TurnText(), settled: null });
  }

  #message(roomId: string, turnId: string, surface: LiveSurface): LiveMessage {
    const { host, everyMs, maxChars, patienceMs } = this.#options;
    const isForeign = async () => !message.tried && (await host.notes.get(`live:${turnId}`)) !== null;
    const message: LiveMessage = new LiveMessage({
      surface,
      everyMs,
      maxChars,
      patienceMs,
      inTurn: async () => !(await host.owes(roomId)) && !(await isForeign()),
      keep: (id) => this.#note(turnId, { id, settled: false }),
      warn: (err, what) => host.log.warn({ err, turnId }, what),
    });
    return message;
  }

  /** How it was first ended counts. Of a message taken away, nobody is told. */
  #settle(turnId: string, live: Live, how: 'close' | 'discard'): Promise<string | null> {
    live.settled ??= live.message.end(how).then(async (ended) => {
      const id = how === 'close' ? ended : null;
      if (live.message.tried) await this.#note(turnId, { id, settled: true });
      return id;
    });
    // Someone in another process may be the one to deliver.
    live.forgetting ??= setTimeout(() => this.#forget(turnId), this.#options.giveUpMs).unref();
    return live.settled;
  }

  /** Nothing is said in the end: what another process showed, which may be dead, is taken away. */
  async #discard(turnId: string, surface: LiveSurface): Promise<void> {
    const { log } = this.#options.host;
    if (!surface.discard) return;
    await this.withdraw(turnId, (id) => surface.discard!(id)).catch((err) =>
      log.warn({ err, turnId }, 'a live message could not be taken away'),
    );
  }

  #forget(turnId: string): void {
    clearTimeout(this.#lives.get(turnId)?.forgetting);
    this.#lives.delete(turnId);
  }

  async #note(turnId: string, note: Note): Promise<void> {
    const { notes, log } = this.#options.host;
    await notes
      .put(`live:${turnId}`, note, { ttlMs: noteTtlMs })
      .catch((err) => log.warn({ err, turnId }, 'the id of a live message could not be kept'));
  }

  async #foreign(turnId: string): Promise<string | null> {
    const end = performance.now() + foreignMs;
    for (;;) {
      const note = (await this.#options.host.notes.get(`live:${turnId}`)) as Note | null;
      if (!note) return null;
      if (note.settled || performance.now() > end) return note.id;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  #tick(room: Room): void {
    const now = performance.now();
    const given = room.followed.filter(({ heardAt }) => now - heardAt > this.#options.giveUpMs);
    for (const { turnId } of given) {
      const live = turnId && this.#lives.get(turnId);
      if (live) void this.#settle(turnId, live, 'close');
    }
    this.#unfollow(room, (followed) => given.includes(followed));
    for (const followed of room.followed) {
      if (followed.lookAt < now) void this.#look(room, followed);
    }
    this.#type(room);
  }

  async #look(room: Room, followed: Followed): Promise<void> {
    const { host, lookMs } = this.#options;
    followed.lookAt = performance.now() + lookMs;
    const outcome = await host.outcome(followed.memory.id).catch((err) => {
      host.log.warn({ err }, 'an answer could not be looked for; it will be tried again');
      return null;
    });
    const { memory, turnId } = followed;
    // What was forgotten is not answered, and nobody tells.
    if (!outcome && (await host.message(memory.id).catch(() => memory))) return;
    const ended = { turnId: outcome?.turnId ?? turnId ?? turnIdOf(memory), covers: [memory.id] };
    this.#see(room, { type: 'reply', ...ended, reply: outcome?.reply ?? null });
  }

  /** Where the newest question is that nothing of an answer is shown to. */
  #type(room: Room): void {
    const waiting = room.followed.findLast(({ turnId }) => {
      const live = turnId ? this.#lives.get(turnId) : undefined;
      return !live?.message.visible && !live?.settled;
    });
    room.light.show(waiting?.surface);
  }
}
