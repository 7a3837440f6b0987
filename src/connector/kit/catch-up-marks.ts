import { z } from 'zod';
import type { Notes } from '../connector.js';
import { CatchUpMark } from './catch-up-mark.js';

/** Where the marks are noted, and how many. */
export interface CatchUpMarksOptions {
  notes: Notes;
  /** The note that has them all. */
  key: string;
  /** Conversations that are kept in mind, those of the newest events; default 1,000. */
  most?: number;
  /** How long the note is kept, in ms; absent: for ever. */
  ttlMs?: number;
  /** How it is written down, where older versions wrote it otherwise. Oldest first, as `conversations` are. */
  codec?: { read(noted: unknown): [string, bigint][]; write(marks: [string, bigint][]): unknown };
  /** Told when marks could not be kept: what came since is then only asked for again. */
  warn(err: unknown): void;
}

/** Marks change with every message, and are written no more often than this, in ms. */
const writeEveryMs = 500;

const Shape = z.array(z.tuple([z.string(), z.string().regex(/^\d+$/)]));

const plain = {
  read: (noted: unknown) =>
    (Shape.safeParse(noted).data ?? []).map(([key, at]): [string, bigint] => [key, BigInt(at)]),
  write: (marks: [string, bigint][]) => marks.map(([key, at]) => [key, String(at)]),
};

/**
 * How far each conversation has been seen to, durable: for platforms that do not send again what nobody confirmed, and
 * must be asked for what was missed. For one process at a time, the one with the connection.
 */
export class CatchUpMarks {
  readonly #options: CatchUpMarksOptions;
  /** That of the newest event last. */
  readonly #marks = new Map<string, CatchUpMark>();
  /** Those that are in the note. */
  #kept = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: CatchUpMarksOptions) {
    this.#options = options;
  }

  /** @throws what the notes throw. */
  static async load(options: CatchUpMarksOptions): Promise<CatchUpMarks> {
    const marks = new CatchUpMarks(options);
    for (const [conversation, upTo] of (options.codec ?? plain).read(await options.notes.get(options.key))) {
      marks.#marks.set(conversation, new CatchUpMark(upTo));
      marks.#kept.add(conversation);
    }
    return marks;
  }

  /** All up to this has been seen to. Undefined: nothing is known of the conversation. */
  upTo(conversation: string): bigint | undefined {
    return this.#marks.get(conversation)?.upTo;
  }

  /** With how far they have been seen to; that of the newest event last. */
  get conversations(): [string, bigint][] {
    return [...this.#marks].map(([conversation, mark]) => [conversation, mark.upTo]);
  }

  /** Something came. A conversation that is not known begins with it: what was said before is not asked for. */
  begin(conversation: string, position: bigint): void {
    const mark = this.#marks.get(conversation) ?? new CatchUpMark(position - 1n);
    this.#marks.delete(conversation);
    this.#marks.set(conversation, mark);
    mark.begin(position);
    this.#forgetOldest();
  }

  /** It need not come again. Resolves when later processes know the conversation; how far, a little later. */
  async seen(conversation: string, position: bigint): Promise<void> {
    this.#marks.get(conversation)?.seen(position);
    if (!this.#kept.has(conversation)) await this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), writeEveryMs).unref();
  }

  /** What was said there since may have been missed: its mark stands still until the result is called. */
  gap(conversation: string): () => void {
    return this.#marks.get(conversation)?.gap() ?? (() => {});
  }

  /** Writes what is to be written. What is still open is left: the next start finds it. */
  close(): Promise<void> {
    return this.#write();
  }

  #forgetOldest(): void {
    const { most = 1000 } = this.#options;
    for (const [conversation, mark] of this.#marks) {
      if (this.#marks.size <= most) return;
      if (mark.idle) this.#marks.delete(conversation);
    }
  }

  /** One after another, so that the newest is the last. Never rejects. */
  #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(async () => {
      const { notes, key, ttlMs, codec = plain, warn } = this.#options;
      const marks = this.conversations;
      try {
        await notes.put(key, codec.write(marks), ttlMs === undefined ? {} : { ttlMs });
        this.#kept = new Set(marks.map(([conversation]) => conversation));
      } catch (err) {
        warn(err);
      }
    });
    return this.#writing;
  }
}
