import { z } from 'zod';
import type { Connector, Receipt, Receiving } from '../connector/connector.js';
import { untilDone } from '../connector/kit/waiting.js';
import { atMost } from '../core/deadline.js';
import type { InboundMessage } from '../core/inbound.js';
import { roomIdOf, type SourceKey } from '../core/memory.js';
import { FatalError, isRetryable, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { NoteStore } from '../store/note-store.js';

/** A message that takes longer than this to complete is noted, and its platform told "got it", in ms. */
const earlyMs = 1000;
/** How long a message waits for one before it in its room, in ms. */
const patienceMs = 120_000;
/** What another process has noted and not finished in this time is taken up here, and how often that is looked for, in ms. */
const abandonedMs = 180_000;
const lookMs = 60_000;
const keptMs = 7 * 86_400_000;
const mostTakenUp = 1000;

/** A message that was taken and is not yet stored. */
const Noted = z.object({ key: z.string(), room: z.string(), event: z.unknown(), at: z.number() });
type Noted = z.output<typeof Noted>;

type Owner = Pick<Connector, 'name' | 'agentId' | 'again'>;

/** A message's turn in its room: it is stored behind those that were let in before it. */
interface Place {
  before: Promise<void> | undefined;
  leave(): void;
}

interface Running {
  taken: Promise<void>;
  receipt: Promise<Receipt | null>;
}

/** Gives the message to the intake. `admitted`: it was let in before, so that its rate is not counted again. */
type Receive = (complete: Receiving['complete'], admitted: boolean) => Promise<Receipt | null>;

/**
 * Messages whose files, or whatever else must be fetched, take a while. They are noted durably before that, so that
 * their platform need not wait, and are stored in the order of their rooms; a process that dies leaves the notes to
 * the next. Only connectors that have `again` note anything.
 */
export class IncomingLine {
  readonly #notes: NoteStore;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  readonly #running = new Map<string, Running>();
  /** Of messages that were noted by an earlier process. */
  readonly #places = new Map<string, Place>();
  readonly #last = new Map<string, Promise<void>>();
  readonly #owners = new Map<string, Owner>();
  readonly #timer: NodeJS.Timeout;

  constructor(notes: NoteStore, log: Logger) {
    this.#notes = notes;
    this.#log = log;
    this.#timer = setInterval(() => {
      for (const owner of this.#owners.values()) void this.#look(owner, abandonedMs);
    }, lookMs).unref();
  }

  /** As `receive` of a host. */
  async take(
    owner: Owner,
    message: InboundMessage,
    { complete, early }: Receiving,
    receive: Receive,
  ): Promise<Receipt | null> {
    if (!complete || !early) return receive(complete, false);
    const key = keyOf({ agentId: message.agentId, ...message.source });
    const running = this.#running.get(key);
    if (running) {
      void running.taken.then(early.taken);
      const receipt = await running.receipt;
      return receipt && { ...receipt, duplicate: true };
    }
    let taken = () => {};
    const told = new Promise<void>((resolve) => {
      taken = resolve;
    });
    void told.then(early.taken);
    const noted = { key, room: roomIdOf(message.agentId, message.source), event: early.event };
    const receipt = this.#run(owner, noted, { complete, taken, receive });
    this.#running.set(key, { taken: told, receipt });
    return receipt.finally(() => this.#running.delete(key));
  }

  /** Resolves when a message is stored, or will not be; at once where it is not on its way. Never rejects. */
  async settled(key: SourceKey): Promise<void> {
    await this.#running.get(keyOf(key))?.receipt.catch(() => {});
  }

  /** Resolves when what is on its way in a room now is stored, or will not be, or takes too long. Never rejects. */
  async passed(room: string): Promise<void> {
    await atMost(patienceMs, this.#last.get(room) ?? Promise.resolve());
  }

  /** Hands a connector that has started what an earlier process took and did not store. */
  async takeUp(owner: Owner): Promise<void> {
    if (!owner.again) return;
    this.#owners.set(prefixOf(owner), owner);
    await this.#look(owner, 0);
  }

  /** Nothing is tried again any more: what is not stored stays noted. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stopped.abort(new RetryableError('shutting_down', 'The hub stops; the message is kept.'));
  }

  async #run(
    owner: Owner,
    noted: Omit<Noted, 'at'>,
    { complete, taken, receive }: { complete(): Promise<InboundMessage>; taken(): void; receive: Receive },
  ): Promise<Receipt | null> {
    const { signal } = this.#stopped;
    const noteKey = prefixOf(owner) + noted.key;
    let place = this.#places.get(noted.key);
    let isNoted = place !== undefined;
    const whole = async () => {
      place ??= this.#enter(noted.room);
      if (place.before) await atMost(patienceMs, place.before);
      return complete();
    };
    const completed = async () => {
      const coming = whole();
      const over = coming.then(
        () => true,
        () => true,
      );
      if (await atMost(earlyMs, over)) return coming;
      await this.#notes.put(noteKey, { ...noted, at: Date.now() }, { ttlMs: keptMs });
      isNoted = true;
      taken();
      return coming;
    };
    try {
      const receipt = await untilDone(() => receive(completed, isNoted), {
        signal,
        // Nobody else will hand it over again.
        waiting: (error) => {
          if (!isNoted || !isRetryable(error)) throw error;
          this.#log.warn({ err: error }, 'a message that was taken could not be stored; trying again');
        },
      });
      if (isNoted) await this.#forget(noteKey);
      return receipt;
    } catch (error) {
      if (isNoted && isRefused(error)) await this.#forget(noteKey);
      throw error;
    } finally {
      place?.leave();
      this.#places.delete(noted.key);
    }
  }

  #enter(room: string): Place {
    const before = this.#last.get(room);
    let leave = () => {};
    const over = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#last.set(room, over);
    return {
      before,
      leave: () => {
        leave();
        if (this.#last.get(room) === over) this.#last.delete(room);
      },
    };
  }

  async #look(owner: Owner, olderThanMs: number): Promise<void> {
    try {
      const found = (await this.#notes.list(prefixOf(owner), mostTakenUp)).flatMap(
        ({ value }) => Noted.safeParse(value).data ?? [],
      );
      const left = found
        .filter(({ key, at }) => Date.now() - at >= olderThanMs && !this.#running.has(key))
        .filter(({ key }) => !this.#places.has(key))
        .sort((one, other) => one.at - other.at);
      // Before anything new comes in: their places are the first.
      for (const { key, room } of left) this.#places.set(key, this.#enter(room));
      for (const noted of left) void this.#resume(owner, noted);
    } catch (err) {
      this.#log.warn({ err }, 'messages that were taken cannot be looked for now');
    }
  }

  async #resume(owner: Owner, { key, event }: Noted): Promise<void> {
    const { signal } = this.#stopped;
    try {
      await untilDone(() => owner.again?.(event), { signal, most: 8 });
      // It is stored already, or is not let in any more.
      if (!this.#running.has(key)) await this.#forget(prefixOf(owner) + key);
    } catch (err) {
      if (!signal.aborted) this.#log.error({ err }, 'a message that was taken cannot be taken up');
    }
    if (this.#running.has(key)) return;
    this.#places.get(key)?.leave();
    this.#places.delete(key);
  }

  /** A note that stays is found at the next start, when its message is stored already. */
  async #forget(noteKey: string): Promise<void> {
    await this.#notes
      .take(noteKey)
      .catch((err) => this.#log.warn({ err }, 'the note of a message that is stored stays for now'));
  }
}

/** For good: an agent that does not run now may be back. */
function isRefused(error: unknown): boolean {
  return error instanceof FatalError && error.code !== 'agent_unknown' && error.code !== 'shutting_down';
}

function prefixOf({ name, agentId }: Owner): string {
  return `incoming:${JSON.stringify([name, agentId ?? null])}:`;
}

function keyOf({ agentId, connector, tenant, messageId }: SourceKey): string {
  return JSON.stringify([agentId, connector, tenant, messageId]);
}
