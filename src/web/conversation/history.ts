/** What the hub has of a room, as far as it was read: from the newest back. */
import { signal } from '@preact/signals';
import type { StoredMessage, Transport } from './transport.js';

/** Pages that are read at most to close a gap; beyond, what was read before is left, and read again by scrolling. */
const mostPages = 4;

export class History {
  /** The oldest first; undefined: not read yet. */
  readonly messages = signal<StoredMessage[] | undefined>(undefined);
  /** Where the older ones begin; null: there are none. */
  readonly older = signal<string | null>(null);
  readonly roomId = signal<string | undefined>(undefined);
  readonly error = signal<unknown>(undefined);
  readonly #transport: Transport;
  #reading: Promise<void> | undefined;
  #again = false;
  #readingOlder: Promise<void> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Reads what is new. Asked for while it reads, it reads once more: what it has may be older than the question. */
  refresh(): Promise<void> {
    if (this.#reading) this.#again = true;
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  readOlder(): Promise<void> {
    this.#readingOlder ??= this.#readOlder().finally(() => {
      this.#readingOlder = undefined;
    });
    return this.#readingOlder;
  }

  async #refresh(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#readNewest();
        this.error.value = undefined;
      } catch (error) {
        this.error.value = error;
      }
    } while (this.#again);
  }

  async #readNewest(): Promise<void> {
    const known = this.messages.value ?? [];
    const ids = new Set(known.map(({ id }) => id));
    const read: StoredMessage[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const { messages, nextCursor, hubRoomId } = await this.#transport.history(cursor);
      this.roomId.value = hubRoomId;
      read.push(...messages);
      const meets = messages.some(({ id }) => ids.has(id));
      if (meets || nextCursor === null || known.length === 0) {
        const news = new Set(read.map(({ id }) => id));
        const first = read.at(-1);
        // What stood among those that were read again and is not there any more was forgotten.
        const kept = meets
          ? known.slice(
              0,
              known.findIndex(({ id }) => news.has(id)),
            )
          : [];
        if (!meets && first !== undefined) this.older.value = nextCursor;
        this.messages.value = [...kept, ...read.reverse()];
        return;
      }
      cursor = nextCursor;
    }
    this.older.value = cursor ?? null;
    this.messages.value = read.reverse();
  }

  async #readOlder(): Promise<void> {
    const cursor = this.older.value;
    if (cursor === null) return;
    try {
      const { messages, nextCursor } = await this.#transport.history(cursor);
      const known = this.messages.value ?? [];
      const ids = new Set(known.map(({ id }) => id));
      this.messages.value = [...messages.reverse().filter(({ id }) => !ids.has(id)), ...known];
      this.older.value = nextCursor;
    } catch (error) {
      this.error.value = error;
    }
  }
}
