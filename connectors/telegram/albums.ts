/**
 * Albums: several photos or files that people see as one message, and Telegram sends as one update each, with nothing
 * to say which is the last. Each is staged in the hub's store before its update is confirmed; when no more have come
 * for a while, they become one message. If the process dies in between, what is staged is taken up at the next start,
 * or by another gateway. A confirmed photo is thus never lost.
 *
 * Staging and confirming, not holding updates back: a webhook gets the second update of a chat only once the first
 * is confirmed, so an album that waits for its rest unconfirmed would wait for ever.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Host, KeyedQueue } from '../../src/extension-api.js';
import { messageIdOf } from './normalize.js';
import { Message } from './payload.js';

export interface AlbumOptions {
  /** Without another item for this long, an album is whole. */
  quietMs: number;
  /** How often albums that another process left behind are looked for. */
  sweepMs: number;
}

/** Albums that wait, by their key; the notes of one shelf are written by one process at a time, bar a race. */
const Shelf = z.record(z.string(), z.object({ items: z.array(Message), at: z.number() }));
type Shelf = z.infer<typeof Shelf>;

/** Few enough to look through all of them, many enough that two gateways seldom write one at the same moment. */
const shelves = 16;

interface Open {
  items: Message[];
  /** When its newest item came here, Unix ms. */
  at: number;
  timer: NodeJS.Timeout | undefined;
}

export class Albums {
  readonly #host: Host;
  readonly #options: AlbumOptions;
  readonly #store: (items: Message[]) => Promise<void>;
  /** What this process has seen of each album: a second copy, should another gateway overwrite a shelf. */
  readonly #open = new Map<string, Open>();
  readonly #storing = new Map<string, Promise<void>>();
  /** Changes of each shelf, one after another. */
  readonly #changes = new KeyedQueue();
  #sweeper: NodeJS.Timeout | undefined;
  #sweeping = false;
  #stopped = false;

  /** @param store makes one message of the items; called again after it threw. */
  constructor(host: Host, options: AlbumOptions, store: (items: Message[]) => Promise<void>) {
    this.#host = host;
    this.#options = options;
    this.#store = store;
  }

  /** Takes up what an earlier process has left, now and every so often. */
  start(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    const sweep = async () => {
      await this.#recover().catch((err) => {
        this.#host.log.warn({ err }, 'albums left behind could not be looked for');
      });
      if (!this.#stopped) this.#sweeper = setTimeout(sweep, this.#options.sweepMs);
    };
    void sweep();
  }

  /** What is staged stays so. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#sweeper);
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    await Promise.allSettled(this.#storing.values());
    await this.#changes.idle();
  }

  /** Durable when it resolves. */
  async add(item: Message): Promise<void> {
    const key = messageIdOf(item);
    const at = Date.now();
    await this.#change(key, (shelf) => ({
      ...shelf,
      [key]: { items: merged(shelf[key]?.items, [item]), at },
    }));
    const known = this.#open.get(key);
    clearTimeout(known?.timer);
    this.#open.set(key, { items: merged(known?.items, [item]), at, timer: this.#timer(key) });
  }

  /** What follows an album in its chat also says that the album is whole, and must come after it. */
  async flush(chatId: number): Promise<void> {
    for (const key of this.#open.keys()) if (key.startsWith(`${chatId}:`)) await this.#finish(key);
  }

  #timer(key: string, ms = this.#options.quietMs): NodeJS.Timeout | undefined {
    if (this.#stopped) return;
    return setTimeout(() => {
      this.#finishQuiet(key).catch((err) => {
        this.#host.log.warn({ err }, 'an album could not be stored yet');
        const open = this.#open.get(key);
        // A Telegram or a store that fails now may be well in a moment; the album stays staged meanwhile.
        if (open) open.timer = this.#timer(key, Math.min(ms * 2, 30_000));
      });
    }, ms);
  }

  async #finishQuiet(key: string): Promise<void> {
    const shelf = await this.#read(shelfOf(key));
    // Another gateway got a later item, and waits for more of them.
    if ((shelf[key]?.at ?? 0) > (this.#open.get(key)?.at ?? 0)) this.#open.delete(key);
    else await this.#finish(key);
  }

  #finish(key: string): Promise<void> {
    const running = this.#storing.get(key);
    if (running) return running;
    const storing = this.#storeWhole(key).finally(() => this.#storing.delete(key));
    this.#storing.set(key, storing);
    return storing;
  }

  async #storeWhole(key: string): Promise<void> {
    clearTimeout(this.#open.get(key)?.timer);
    const staged = (await this.#read(shelfOf(key)))[key]?.items;
    const items = merged(staged, this.#open.get(key)?.items);
    if (items.length > 0) await this.#store(items);
    const left = (all: Message[] = []) => {
      return all.filter(({ message_id }) => !items.some((item) => item.message_id === message_id));
    };
    // An item that came meanwhile has a timer of its own.
    if (left(this.#open.get(key)?.items).length === 0) this.#open.delete(key);
    await this.#change(key, ({ [key]: entry, ...rest }) => {
      const late = left(entry?.items);
      return entry && late.length > 0 ? { ...rest, [key]: { ...entry, items: late } } : rest;
    });
  }

  async #recover(): Promise<void> {
    for (let number = 0; number < shelves && !this.#stopped; number += 1) {
      for (const [key, { at }] of Object.entries(await this.#read(number))) {
        // Left alone for this long, its process is gone. Should it not be, the message is stored once all the same.
        if (!this.#open.has(key) && Date.now() - at > 4 * this.#options.quietMs) await this.#finish(key);
      }
    }
  }

  #change(key: string, change: (shelf: Shelf) => Shelf | Promise<Shelf>): Promise<void> {
    const number = shelfOf(key);
    return this.#changes.run(String(number), async () => {
      const shelf = await change(await this.#read(number));
      await this.#host.notes.put(`albums:${number}`, shelf);
    });
  }

  async #read(number: number): Promise<Shelf> {
    const parsed = Shelf.safeParse((await this.#host.notes.get(`albums:${number}`)) ?? {});
    if (parsed.success) return parsed.data;
    this.#host.log.error({ shelf: number }, 'a shelf of albums cannot be read; it is begun anew');
    return {};
  }
}

function shelfOf(key: string): number {
  return createHash('sha256').update(key).digest()[0]! % shelves;
}

function merged(a: Message[] = [], b: Message[] = []): Message[] {
  const byId = new Map([...a, ...b].map((item) => [item.message_id, item]));
  return [...byId.values()].sort((x, y) => x.message_id - y.message_id);
}
