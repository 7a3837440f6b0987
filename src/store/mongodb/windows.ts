/**
 * Recent history and facts without decoding them at every turn. Each read asks the primary which memories there are now,
 * one line for each (id, status, turn, mark of its text), and fetches only those that this process does not hold just so.
 * So it is exact, whoever has changed what.
 *
 * The mark is `has.text`. Every edit puts another one there, and those of older hubs, which know no marks, take `has`
 * away with the vectors; a memory without a mark is fetched every time.
 */
import { LRUCache } from 'lru-cache';
import type { Document } from 'mongodb';
import type { Memory, MemoryStatus } from '../../core/memory.js';
import { type MemoryDocument, memoryFields, memoryOf, oldestFirst } from './documents.js';
import type { Reads } from './reads.js';

/** Memories held in all, 1 to 2 KB each; a long one counts once for every so many characters. */
const mostHeld = 20_000;
const countedLength = 1_000;

interface Held {
  line: string;
  memory: Memory;
}

/** `passedOver`: it was there at a read before, and not read. */
type Coming = Held & { passedOver?: true };

interface Window {
  /** As of the last read, by their lines, oldest first; null before the first. */
  read: Map<string, Held> | null;
  /** How many that asked for. */
  limit: number;
  /** Claimed or committed here since then, so likely to be read next. */
  coming: Map<string, Coming>;
  /** How much it counts for. */
  size: number;
}

export interface WindowRequest {
  /** Of the cache. */
  name: string;
  match: Document;
  /** The newest so many. */
  limit: number;
}

export class Windows {
  readonly #reads: Reads;
  readonly #windows: LRUCache<string, Window>;

  constructor(reads: Reads, { most = mostHeld }: { most?: number } = {}) {
    this.#reads = reads;
    this.#windows = new LRUCache({ maxSize: most, sizeCalculation: ({ size }) => size });
  }

  /** How much is held, in memories. */
  get held(): number {
    return this.#windows.calculatedSize;
  }

  /** Oldest first; frozen, since others are given them too. */
  async recent({ name, match, limit }: WindowRequest): Promise<Memory[]> {
    const window = this.#windows.get(name);
    const known = window?.read?.size && limit <= window.limit ? window : undefined;
    const { lines, fetched } = known
      ? await this.#changed(match, limit, known)
      : { lines: null, fetched: await this.#fetch(match, limit) };
    const found = lines ? await this.#resolved(lines, match, fetched, known!) : fetched;
    const read = new Map(found.map((one) => [one.line, one]));
    const ids = new Set(found.map(({ memory }) => memory.id));
    let size = 1 + sizeOf(found);
    // What is claimed is read once it is handled. What is not there then either is gone, and held no longer.
    const coming = new Map<string, Coming>();
    for (const [id, one] of this.#windows.peek(name)?.coming ?? []) {
      if (ids.has(id) || one.passedOver) continue;
      coming.set(id, { ...one, passedOver: true });
      size += sizeOf([one]);
    }
    this.#windows.set(name, { read, limit, coming, size });
    return found.map(({ memory }) => memory);
  }

  /** Notes what this process has claimed or committed, and gives it back as memories. */
  add(name: string, documents: MemoryDocument[]): Memory[] {
    const held = documents.map(heldOf);
    const { read = null, limit = 0, coming = new Map(), size = 1 } = this.#windows.get(name) ?? {};
    const before = held.flatMap(({ memory }) => coming.get(memory.id) ?? []);
    const added = held.map((one) => [one.memory.id, one] as const);
    this.#windows.set(name, {
      ...{ read, limit, coming: new Map([...coming, ...added]) },
      size: size + sizeOf(held) - sizeOf(before),
    });
    return held.map(({ memory }) => memory);
  }

  /** The lines of all, and in the same round trip what is newer than anything held. */
  async #changed(match: Document, limit: number, { read, coming }: Window) {
    const newest = [...read!.values()].at(-1)!.memory.id;
    const unknown = { $gt: newest, $nin: [...coming.keys()] };
    const [lines, fetched] = await Promise.all([
      this.#lines(match, limit),
      this.#fetch({ ...match, _id: unknown }, limit),
    ]);
    return { lines, fetched };
  }

  /** What the lines say, fetching what is missing or is another by now. */
  async #resolved(
    lines: string[],
    match: Document,
    fetched: Held[],
    { read, coming }: Window,
  ): Promise<Held[]> {
    const news = new Map(fetched.map((one) => [one.memory.id, one]));
    let byId: Map<string, Held> | undefined;
    const found = lines.map((line) => {
      const same = read!.get(line);
      if (same && hasMark(line)) return same;
      const id = idOf(line);
      const other = news.get(id) ?? asIn(line, coming.get(id));
      if (other) return other;
      byId ??= new Map([...read!.values()].map((one) => [one.memory.id, one]));
      return asIn(line, byId.get(id)) ?? id;
    });
    const missing = found.filter((one) => typeof one === 'string');
    if (missing.length === 0) return found as Held[];
    const more = await this.#fetch({ ...match, _id: { $in: missing } }, missing.length);
    const late = new Map(more.map((one) => [one.memory.id, one]));
    // Gone in between: it was there when the lines were read, and need not be.
    return found.flatMap((one) => (typeof one === 'string' ? (late.get(one) ?? []) : one));
  }

  async #lines(match: Document, limit: number): Promise<string[]> {
    const newest = [{ $match: match }, { $sort: { _id: -1 } }, { $limit: limit }];
    if (!this.#reads.expressions) {
      const fields = { $project: { status: 1, turnId: 1, has: 1 } };
      const rows = await this.#reads.rows<MemoryDocument>([...newest, fields]);
      return rows.sort(oldestFirst).map(lineOf);
    }
    // One string each: an answer of forty documents takes longer to decode than all else in it.
    const orNothing = (field: string) => ({ $ifNull: [field, ''] });
    const line = ['$_id', '|', '$status', '|', orNothing('$turnId'), '|', orNothing('$has.text')];
    const group = { $group: { _id: null, lines: { $push: { $concat: line } } } };
    const [row] = await this.#reads.rows<{ lines: string[] }>([...newest, group]);
    return row?.lines.reverse() ?? [];
  }

  async #fetch(match: Document, limit: number): Promise<Held[]> {
    const rows = await this.#reads.rows<MemoryDocument>([
      { $match: match },
      { $sort: { _id: -1 } },
      { $limit: limit },
      { $project: { ...memoryFields, has: 1 } },
    ]);
    return rows.sort(oldestFirst).map(heldOf);
  }
}

function lineOf({ _id, status, turnId, has }: MemoryDocument): string {
  return `${_id}|${status}|${turnId ?? ''}|${has?.text ?? ''}`;
}

function idOf(line: string): string {
  return line.slice(0, line.lastIndexOf('|', line.lastIndexOf('|', line.lastIndexOf('|') - 1) - 1));
}

function hasMark(line: string): boolean {
  return !line.endsWith('|');
}

/** The held one as the line has it; undefined where its text may be another. */
function asIn(line: string, held: Held | undefined): Held | undefined {
  if (!hasMark(line) || !held?.line.endsWith(line.slice(line.lastIndexOf('|')))) return;
  const [status, turnId] = line.slice(held.memory.id.length + 1).split('|') as [MemoryStatus, string];
  return { line, memory: Object.freeze({ ...held.memory, status, turnId: turnId || null }) };
}

function heldOf(document: MemoryDocument): Held {
  return { line: lineOf(document), memory: frozen(memoryOf(document)) };
}

function sizeOf(held: Iterable<Held>): number {
  let size = 0;
  for (const { memory } of held) size += 1 + Math.floor(memory.content.text.length / countedLength);
  return size;
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}
