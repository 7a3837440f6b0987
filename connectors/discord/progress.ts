import type { Host } from '../../src/extension-api.js';
import { snowflakeAt } from './snowflake.js';

/** What is not seen to after this long, in ms, is not answered any more when the hub comes back. */
const forgottenAfterMs = 24 * 3_600_000;

/** Events may come out of order by a few seconds, in ms; what is asked for twice is stored once. */
const overlapMs = 10_000;

const writeEveryMs = 500;

/**
 * How far the messages of Discord have been stored. Discord has no acknowledgement: a message whose event was sent
 * is gone when this process dies with it. So the id up to which everything is stored is kept, and what came after it
 * is asked for at the next start.
 */
export class Progress {
  readonly #notes: Host['notes'];
  readonly #key: string;
  /** The first ids of what is being seen to. */
  readonly #open = new Set<{ id: bigint }>();
  #newest = 0n;
  #written = 0n;
  #first = 0n;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(notes: Host['notes'], agentId: string) {
    this.#notes = notes;
    this.#key = `progress:${agentId}`;
  }

  /** Where to go on. At the very first start that is now: a bot does not answer what was said before it came. */
  async load(): Promise<void> {
    const noted = await this.#notes.get(this.#key);
    const oldest = snowflakeAt(Date.now() - forgottenAfterMs);
    if (typeof noted === 'string') {
      this.#written = BigInt(noted);
      this.#newest = oldest;
      if (this.#written > oldest) this.#newest = this.#written;
    } else {
      this.#first = snowflakeAt(Date.now());
      this.#newest = this.#first;
    }
    await this.#write();
  }

  /** What to ask for after a gap: everything newer than this. */
  get since(): bigint {
    const since = this.mark - BigInt(overlapMs * 2 ** 22);
    return since > this.#first ? since : this.#first;
  }

  /** Everything up to this id is stored. */
  get mark(): bigint {
    let mark = this.#newest;
    for (const { id } of this.#open) if (id <= mark) mark = id - 1n;
    return mark;
  }

  /** From this id on something is to be seen to; call the result when it has been. */
  begin(id: bigint): () => void {
    const entry = { id };
    this.#open.add(entry);
    if (id > this.#newest) this.#newest = id;
    return () => {
      if (!this.#open.delete(entry)) return;
      this.#timer ??= setTimeout(() => void this.#write(), writeEveryMs).unref();
    };
  }

  /** Writes what is to be written. Entries still open are left: the next start finds them. */
  async close(): Promise<void> {
    await this.#write();
    this.#open.clear();
  }

  /** Never throws: what is not written is only asked for again. */
  #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(async () => {
      const { mark } = this;
      if (mark <= this.#written) return;
      await this.#notes.put(this.#key, String(mark)).then(
        () => (this.#written = mark),
        () => {},
      );
    });
    return this.#writing;
  }
}
