/**
 * The index of words. A scope's is read when it is searched first, and kept while it is in use. It is read from saved
 * segments of 256 memories (fewer long ones), and from the texts themselves where there are none: of young memories, and of those beside
 * one that was changed or forgotten. So a small scope costs nothing on disk, and none needs a rebuild.
 */
import { indexedTextVersion } from '../../core/indexed-text.js';
import { termsVersion } from '../words.js';
import type { Changes } from './changes.js';
import { CountedCache } from './counted-cache.js';
import { type Database, listOf } from './database.js';
import { type Filter, Matches } from './matches.js';
import { Segment, type Worded } from './segment.js';

/** What was saved under another one is made again. */
const version = 100 * indexedTextVersion + termsVersion;
/** Texts read in one step. */
const textsPerStep = 16;
/** Numbers looked at in one step. */
const numbersPerStep = 200_000;
/** Segments that wait to be saved; of more, the oldest are made again when they are needed. */
const mostUnsaved = 256;

/** A full segment that is not saved yet. */
export interface Unsaved {
  scope: number;
  /** Of its first and last memory. */
  first: number;
  last: number;
  bytes: Uint8Array;
  /** Set when one of its memories has changed since: it must not be saved any more. */
  void: boolean;
}

export interface LexiconOptions {
  /** Numbers held for all scopes together, four bytes each. A scope that has more is read at every search. */
  most: number;
  /** Whether `appended` is called for every memory; otherwise each search looks for new ones. */
  follows: boolean;
  changes?: Changes;
}

export class Lexicon {
  readonly #options: LexiconOptions;
  readonly #scopes: CountedCache<Scope>;
  readonly #reading = new Set<Scope>();
  readonly #sql;
  #unsaved: Unsaved[] = [];

  constructor(db: Database, options: LexiconOptions) {
    this.#options = options;
    this.#scopes = new CountedCache(options.most);
    this.#sql = {
      texts: db.prepare(
        listOf(
          `'{"seq":' || seq || ',"room":' || room || ',"memory":' || body || '}'`,
          `select seq, room, body from memories
           where scope = ? and seq > ? and seq < ? order by seq limit ${textsPerStep}`,
        ),
      ),
      next: db.prepare('select body from words where scope = ? and first > ? order by first limit 1'),
      // Not across another one: whoever made it did not know of that.
      save: db.prepare(`
        insert into words (scope, first, last, version, body)
        select ?1, ?2, ?3, ${version}, ?4 where not exists (
          select 1 from (select last from words where scope = ?1 and first <= ?3 order by first desc limit 1)
          where last >= ?2)`),
      remove: db.prepare(`
        delete from words where last >= ?2 and id = (
          select id from words where scope = ?1 and first <= ?2 order by first desc limit 1)`),
    };
    // What was made of other rules is made again when it is needed.
    if (options.follows) db.prepare('delete from words where version <> ?').run(version);
  }

  /** How many numbers it holds. */
  get held(): number {
    return this.#scopes.held;
  }

  /** How many memories of the scope are held; undefined when it would have to be read. */
  holds(scope: number): number | undefined {
    return this.#scopes.peek(String(scope))?.count;
  }

  /** What of the scope has words of the questions, whose terms these are. Goes on in steps of less than a millisecond. */
  match(scope: number, questions: readonly (readonly string[])[], filter: Filter): Generator<void, Matches> {
    return this.#match(scope, () => new Matches(questions, filter));
  }

  /** With the memory, in its transaction. */
  appended(scope: number, memory: Worded): void {
    const held = this.#scopes.peek(String(scope));
    if (!held || memory.seq <= held.last) return;
    this.#add(held, memory);
    this.#scopes.changed(String(scope));
  }

  /** In the transaction that changes or removes the memory. */
  remove({ seq, scope }: { seq: number; scope: number }): void {
    this.#sql.remove.run(scope, seq);
    this.drop(scope, seq);
  }

  /** This memory of the scope is another one by now, or gone. */
  drop(scope: number, seq: number): void {
    this.#options.changes?.note(scope, seq);
    this.release(scope);
    for (const reading of this.#reading) if (reading.id === scope) reading.void = true;
    for (const unsaved of this.#unsaved) if (covers(unsaved, scope, seq)) unsaved.void = true;
  }

  /** Call it when a transaction is rolled back. */
  reset(): void {
    this.#scopes.clear();
    for (const reading of this.#reading) reading.void = true;
    this.#unsaved = [];
  }

  /** Holds it no longer. */
  release(scope: number): void {
    this.#scopes.delete(String(scope));
  }

  get unsaved(): number {
    return this.#unsaved.length;
  }

  /** Segments that are full and not saved, at most `limit`; once. */
  takeUnsaved(limit: number): Unsaved[] {
    return this.#unsaved.splice(0, limit).filter((segment) => !segment.void);
  }

  /** Segments that the side thread has made. */
  offer(segments: readonly Omit<Unsaved, 'void'>[]): void {
    for (const segment of segments) this.#push(segment);
  }

  /** In a transaction. */
  save(segments: readonly Unsaved[]): void {
    for (const { scope, first, last, bytes } of segments) this.#sql.save.run(scope, first, last, bytes);
  }

  *#match(id: number, begin: () => Matches): Generator<void, Matches> {
    const { most, follows } = this.#options;
    let scope = this.#scopes.get(String(id)) ?? new Scope(id);
    let matches = begin();
    const isHeld = follows && this.#scopes.peek(String(id)) === scope;
    while (!isHeld && this.#readStep(scope)) {
      // Others may be reading it too, each for itself.
      this.#reading.add(scope);
      if (scope.size > most) scope.pass((segment) => matches.collect(segment));
      yield;
      this.#reading.delete(scope);
      if (!scope.void) continue;
      scope = new Scope(id);
      matches = begin();
    }
    if (scope.passed) this.#scopes.delete(String(id));
    else this.#scopes.keep(String(id), scope);
    let looked = 0;
    for (const segment of scope.segments) {
      matches.collect(segment);
      looked += segment.used;
      if (looked > numbersPerStep) yield;
      looked %= numbersPerStep;
    }
    return matches;
  }

  /** False when there was nothing more. */
  #readStep(scope: Scope): boolean {
    const saved = this.#sql.next.value<Uint8Array>(scope.id, scope.last);
    const next = saved && Segment.read(saved);
    const until = next?.first ?? Number.MAX_SAFE_INTEGER;
    const texts = JSON.parse(this.#sql.texts.value<string>(scope.id, scope.last, until)!) as Worded[];
    for (const memory of texts) this.#add(scope, memory);
    if (texts.length === textsPerStep) return true;
    if (next) scope.append(next);
    return next !== null;
  }

  #add(scope: Scope, memory: Worded): void {
    const full = scope.add(memory);
    if (full) this.#push({ scope: scope.id, first: full.first, last: full.last, bytes: full.bytes() });
  }

  #push(segment: Omit<Unsaved, 'void'>): void {
    this.#unsaved.push({ ...segment, void: false });
    if (this.#unsaved.length > mostUnsaved) this.#unsaved.shift();
  }
}

export function covers({ scope, first, last }: Omit<Unsaved, 'void'>, of: number, seq: number): boolean {
  return scope === of && first <= seq && seq <= last;
}

class Scope {
  readonly id: number;
  segments: Segment[] = [];
  /** Numbers in all segments; at least 1. */
  size = 1;
  /** Memories. */
  count = 0;
  last = 0;
  /** Some of its segments are not here any more. */
  passed = false;
  void = false;

  constructor(id: number) {
    this.id = id;
  }

  /** Gives the segment that is full with it, if one is. */
  add(memory: Worded): Segment | null {
    let tail = this.segments.at(-1);
    if (!tail || tail.full) {
      tail = new Segment();
      this.size += tail.numbers.length;
      this.segments.push(tail);
    }
    this.size -= tail.numbers.length;
    tail.add(memory);
    this.size += tail.numbers.length;
    this.count++;
    this.last = memory.seq;
    return tail.full ? tail : null;
  }

  append(segment: Segment): void {
    this.segments.push(segment);
    this.size += segment.numbers.length;
    this.count += segment.count;
    this.last = segment.last;
  }

  /** Lets go of all segments but the last, which may grow. */
  pass(take: (segment: Segment) => void): void {
    for (const segment of this.segments.splice(0, this.segments.length - 1)) {
      take(segment);
      this.size -= segment.numbers.length;
    }
    this.passed = true;
  }
}
