/**
 * The signs of all vectors of a scope, a bit for each dimension: counting differing bits finds what may be near
 * a hundred times faster than comparing the numbers. Kept in memory for scopes in use; `bits` is where they are
 * read from.
 */
import type { Changes } from './changes.js';
import { CountedCache } from './counted-cache.js';
import type { Database } from './database.js';
import { kindNumber } from './row.js';

/** Vectors of all partitions together: 64 bytes each at 512 dimensions. A larger partition is read every time. */
const mostCached = 250_000;

/** The least like something of a scope are found among so many whose signs differ most. */
const mostFar = 8;

/** What may be found, besides being near. */
export interface Near {
  scopes: readonly number[];
  kinds: readonly number[];
  /** Numbers of memories that must not come back. */
  exclude: readonly number[];
}

/** Signs of one vector, 32 to a number; the last is filled up with zeros. */
export function signsOf(values: Float32Array): Uint32Array {
  const signs = new Uint32Array(Math.ceil(values.length / 32));
  values.forEach((value, i) => {
    if (value > 0) signs[i >>> 5]! |= 1 << (i & 31);
  });
  return signs;
}

export class Signs {
  readonly #sql;
  readonly #partitions: CountedCache<Partition>;
  readonly #changes: Changes | undefined;

  constructor(db: Database, changes?: Changes, most = mostCached) {
    this.#changes = changes;
    this.#partitions = new CountedCache(most);
    const since = 'from bits where embedder = ? and scope = ? and kind = ? and seq > ? order by seq';
    this.#sql = {
      seqs: db.prepare(`select json_group_array(seq) from (select seq ${since})`),
      bits: db.prepare(`select group_concat(hex(bits), '') from (select bits ${since})`),
      younger: db.prepare(`select 1 ${since.replace('>', '>=')} limit 1`),
      save: db.prepare(
        'insert or replace into bits (embedder, scope, kind, seq, bits) values (?, ?, ?, ?, ?)',
      ),
      remove: db.prepare(`
        delete from bits where embedder in (select id from embedders) and scope = ? and kind = ? and seq = ?`),
      drop: db.prepare(`
        delete from bits where embedder = ?1 and (scope, kind, seq) in (
          select scope, kind, seq from bits where embedder = ?1 limit ?2)`),
      embedders: db.prepare('select json_group_array(id) from embedders'),
    };
  }

  /** How many vectors it holds, and one more for each partition. */
  get held(): number {
    return this.#partitions.held;
  }

  save(embedder: number, scope: number, kind: number, seq: number, signs: Uint32Array): void {
    const isYoungest = this.#sql.younger.value(embedder, scope, kind, seq) === null;
    this.#sql.save.run(embedder, scope, kind, seq, Buffer.from(signs.buffer));
    if (!isYoungest) this.#changed(scope);
  }

  /** The vectors of every embedder. */
  remove(scope: number, kind: number, seq: number): void {
    this.#sql.remove.run(scope, kind, seq);
    this.#changed(scope);
  }

  /** Takes at most `limit` of an embedder that is searched no more. */
  drop(embedder: number, limit: number): void {
    this.#sql.drop.run(embedder, limit);
    // Its number is given to another embedder, perhaps.
    this.#changes?.noteAll();
    this.reset();
  }

  /**
   * Numbers of the memories that differ in the fewest signs, in no order, `limit` of them if there are as many; and a
   * few of those that differ in the most.
   */
  nearest(
    embedder: number,
    { scopes, kinds, exclude }: Near,
    signs: Uint32Array,
    limit: number,
  ): { near: number[]; far: number[] } {
    const partitions = scopes.flatMap((scope) => kinds.map((kind) => this.#partition(embedder, scope, kind)));
    const distances = partitions.map((partition) => partition.distances(signs));
    const excluded = new Set(exclude);
    const { reach, ties, outside } = reachOf(distances, 32 * signs.length, limit + excluded.size);
    let left = ties;
    const near: number[] = [];
    const far: number[] = [];
    partitions.forEach(({ seqs }, p) => {
      distances[p]!.forEach((distance, i) => {
        if (distance >= outside && far.length < mostFar) far.push(seqs[i]!);
        if (distance > reach || (distance === reach && left-- <= 0)) return;
        if (!excluded.has(seqs[i]!)) near.push(seqs[i]!);
      });
    });
    return { near, far };
  }

  /** Holds nothing of the scope any longer. */
  release(scope: number): void {
    for (const embedder of JSON.parse(this.#sql.embedders.value<string>()!) as number[]) {
      for (const kind of Object.values(kindNumber))
        this.#partitions.delete([embedder, scope, kind].join('/'));
    }
  }

  /** Call it when a transaction is rolled back: what partitions have of it is void. */
  reset(): void {
    this.#partitions.clear();
  }

  /** As it is now: what came since it was last searched is added. */
  #partition(...place: [embedder: number, scope: number, kind: number]): Partition {
    const key = place.join('/');
    const partition = this.#partitions.get(key) ?? new Partition();
    const last = partition.seqs.at(-1) ?? 0;
    const seqs = JSON.parse(this.#sql.seqs.value<string>(...place, last)!) as number[];
    if (seqs.length > 0) {
      partition.add(seqs, Buffer.from(this.#sql.bits.value<string>(...place, last)!, 'hex'));
      this.#partitions.keep(key, partition);
    }
    return partition;
  }

  #changed(scope: number): void {
    this.#changes?.note(scope, 0);
    this.release(scope);
  }
}

/** The signs of one embedder's vectors of one kind of memory in one scope, one after the other. */
class Partition {
  readonly seqs: number[] = [];
  #signs = new Uint32Array(0);
  /** Numbers a vector takes. */
  #width = 0;

  get size(): number {
    return this.seqs.length + 1;
  }

  add(seqs: readonly number[], bits: Uint8Array): void {
    this.#width = bits.length / 4 / seqs.length;
    const used = this.seqs.length * this.#width;
    for (const seq of seqs) this.seqs.push(seq);
    if (this.seqs.length * this.#width > this.#signs.length) {
      const grown = new Uint32Array(Math.ceil(1.25 * this.seqs.length) * this.#width);
      grown.set(this.#signs);
      this.#signs = grown;
    }
    new Uint8Array(this.#signs.buffer).set(bits, used * 4);
  }

  /** In how many signs each vector differs. */
  distances(signs: Uint32Array): Uint16Array {
    const all = this.#signs;
    const width = this.#width;
    const distances = new Uint16Array(this.seqs.length);
    for (let i = 0, at = 0; i < distances.length; i++) {
      let distance = 0;
      for (let w = 0; w < width; w++, at++) distance += ones(all[at]! ^ signs[w]!);
      distances[i] = distance;
    }
    return distances;
  }
}

/** Within which distance the nearest `limit` lie, how many of them lie exactly there, and from where on the farthest are. */
function reachOf(distances: readonly Uint16Array[], most: number, limit: number) {
  const counts = new Uint32Array(most + 1);
  for (const some of distances) for (const distance of some) counts[distance]!++;
  let reach = 0;
  let nearer = 0;
  while (reach < most && nearer + counts[reach]! < limit) nearer += counts[reach++]!;
  let outside = most;
  for (let farther = counts[most]!; farther < mostFar && outside > 0; ) farther += counts[--outside]!;
  return { reach, ties: limit - nearer, outside };
}

/** How many bits of a 32-bit number are set (Warren, Hacker's Delight, 5-1). */
function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
