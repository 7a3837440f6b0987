/**
 * Where an audit log ends, kept in another place than the log: a chain that was cut off at its end is a perfect chain,
 * unless somebody knows how long it was. The file is at most a second behind the rows, and not behind at all once its
 * process has stopped. Where the rows turn out to be another chain than the one whose end is kept, that stays kept: it is
 * all there is to know it by.
 */
import { readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.js';
import { beginning, contradicts, higher } from './audit-chain.js';
import type { Head, Link } from './audit-log.js';

const afterMs = 500;

const Kept = z.object({ seq: z.number().int().min(1), hash: z.string().regex(/^[\da-f]{64}$/) });

/** What a file or the database keeps, if it is a head at all. */
export function headOf(kept: unknown): Head | null {
  return Kept.safeParse(kept).data ?? null;
}

/** Null: there is none, or none that can be read. */
export function headInFile(file: string): Head | null {
  try {
    return headOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

export class HeadKeeper {
  readonly #file: string | undefined;
  readonly #note: (head: Head) => Promise<void>;
  readonly #log: Logger;
  #known: Head = beginning;
  #kept: Head = beginning;
  /** What was read, and not held against the rows since. */
  #read: Head[] = [];
  #isOther = false;
  #timer: NodeJS.Timeout | undefined;
  #keeping: Promise<void> = Promise.resolve();

  /** @param note keeps it in the database, and never a lower one than there is; absent: somebody else does */
  constructor(file: string | undefined, log: Logger, note: (head: Head) => Promise<void> = async () => {}) {
    this.#file = file;
    this.#note = note;
    this.#log = log;
  }

  /** The highest one of rows that are durable, as far as this process knows. */
  get known(): Head {
    return this.#known;
  }

  /** Of what was read; it is kept already. */
  knows(...heads: (Head | null)[]): void {
    this.#read = heads.flatMap((head) => head ?? []);
    for (const head of heads) this.#known = higher(this.#known, head);
    this.#kept = higher(this.#kept, this.#known);
  }

  /** Call it with the rows of these before going on behind a row that was read. */
  get unproven(): readonly Head[] {
    return [...this.#read, this.#known].filter(({ seq }) => seq > 0);
  }

  prove(links: readonly Link[]): void {
    const other = this.unproven.find((head) => contradicts(links, head));
    this.#read = [];
    if (!other || this.#isOther) return;
    this.#isOther = true;
    this.#log.error(
      { row: other.seq },
      'the audit log is not the one that was written: its rows were written anew; see carrier audit verify',
    );
  }

  /** A row is durable. */
  saw(head: Head): void {
    this.#known = higher(this.#known, head);
    if (this.#isOther) return;
    this.#timer ??= setTimeout(() => void this.#keep(), afterMs).unref();
  }

  /** Resolves when all that was seen is kept. */
  close(): Promise<void> {
    return this.#keep();
  }

  #keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#keeping = this.#keeping.then(async () => {
      const head = this.#known;
      if (this.#isOther || head.seq <= this.#kept.seq) return;
      try {
        await Promise.all([this.#note(head), this.#write(head)]);
        this.#kept = head;
      } catch (err) {
        this.#log.warn({ err }, 'the end of the audit log could not be kept; the next row tries again');
      }
    });
    return this.#keeping;
  }

  /** Another process of the same folder may have written a higher one. */
  async #write({ seq, hash }: Head): Promise<void> {
    const file = this.#file;
    if (file === undefined || (headInFile(file)?.seq ?? 0) >= seq) return;
    await mkdir(dirname(file), { recursive: true });
    const next = `${file}.${process.pid}`;
    try {
      const handle = await open(next, 'w', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify({ seq, hash })}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(next, file);
    } catch (error) {
      await rm(next, { force: true }).catch(() => {});
      throw error;
    }
  }
}
