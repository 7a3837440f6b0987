/**
 * Vectors, one set per embedder; sets are never compared. A search takes the few hundred whose signs are
 * nearest (`signs.ts`) and compares only those exactly.
 */
import { indexedText } from '../../core/indexed-text.js';
import type { Memory } from '../../core/memory.js';
import { checkDimensions, isNowhere, type KindCounts, noteUseMs, type Unembedded } from '../vectors.js';
import type { Changes } from './changes.js';
import { type Database, listOf } from './database.js';
import { kindNumber } from './row.js';
import { type Near, Signs, signsOf } from './signs.js';

/** How many are compared exactly: measured, the ten best of 100,000 are then practically always among them. */
const oversampled = 200;

/** Of the memory with that number. */
export type Cosine = [seq: number, cosine: number];

interface Embedder {
  id: number;
  /** Null until its first vector. */
  dimensions: number | null;
  /** All memories up to here have their vector, or need none. */
  mark: number;
  /** When it was last noted to be in use (Unix ms). */
  used: number;
}

export class Vectors {
  readonly #signs: Signs;
  readonly #sql;

  constructor(db: Database, changes?: Changes) {
    this.#signs = new Signs(db, changes);
    // A pending message needs no vector yet, but the mark must not pass it.
    const lacking = `
      from memories m where seq > ?2 and case
        when exists (select 1 from vectors v where v.embedder = ?1 and v.seq = m.seq) then false
        when kind = ${kindNumber.trigger} then false
        -- Only then: taking the JSON apart is what costs.
        when body -> '$.content.text' <> '""' then true
        else body -> '$.content.quote' is not null or body -> '$.content.parts' is not null
          or body -> '$.content.attachments' <> '[]'
      end`;
    this.#sql = {
      embedder: db.prepare(
        `select json_object('id', id, 'dimensions', dimensions, 'mark', mark, 'used', used)
         from embedders where name = ?`,
      ),
      addEmbedder: db.prepare('insert into embedders (name) values (?)'),
      setDimensions: db.prepare('update embedders set dimensions = ? where id = ?'),
      lowerMarks: db.prepare('update embedders set mark = min(mark, ?)'),
      setMark: db.prepare('update embedders set mark = ? where id = ?'),
      setUsed: db.prepare('update embedders set used = ? where id = ?'),
      abandoned: db.prepare('select id from embedders where name <> ? and used < ? order by id limit 1'),
      drop: db.prepare(`
        delete from vectors where embedder = ?1 and seq in (
          select seq from vectors where embedder = ?1 order by seq limit ?2)`),
      dropEmbedder: db.prepare('delete from embedders where id = ?'),
      place: db.prepare('select json_array(seq, scope, kind) from memories where id = ?'),
      save: db.prepare('insert or replace into vectors (embedder, seq, e) values (?, ?, ?)'),
      remove: db.prepare('delete from vectors where embedder in (select id from embedders) and seq = ?'),
      firstLacking: db.prepare(`select seq ${lacking} order by seq limit 1`),
      newest: db.prepare('select max(seq) from memories'),
      backlog: db.prepare(countsByKind(`${lacking} and status <> 0`)),
      embedded: db.prepare(
        countsByKind('from vectors v join memories m on m.seq = v.seq where v.embedder = ?1'),
      ),
      unembedded: db.prepare(listOf('body', `select body ${lacking} and status <> 0 order by seq limit ?3`)),
      cosines: db.prepare(`
        select json_group_array(json_array(seq, 1 - vector_distance_cos(v.e, ?2)))
        from json_each(?3) candidate cross join vectors v on v.embedder = ?1 and v.seq = candidate.value`),
    };
  }

  /** `packed` holds the vectors of `ids` one after the other. Ids that are gone are passed over. */
  save(name: string, ids: readonly string[], packed: Float32Array): void {
    const dimensions = packed.length / ids.length;
    const embedder = this.#embedder(name) ?? this.#addEmbedder(name);
    checkDimensions(name, embedder.dimensions, dimensions);
    if (embedder.dimensions === null) this.#sql.setDimensions.run(dimensions, embedder.id);
    this.#noteUse(embedder);
    ids.forEach((id, i) => {
      const place = this.#sql.place.value<string>(id);
      if (place === null) return;
      const [seq, scope, kind] = JSON.parse(place) as [number, number, number];
      const values = packed.subarray(i * dimensions, (i + 1) * dimensions);
      this.#sql.save.run(embedder.id, seq, blobOf(values));
      if (!isNowhere(values)) this.#signs.save(embedder.id, scope, kind, seq, signsOf(values));
    });
  }

  backlog(name: string): KindCounts {
    const { id, mark } = this.#embedder(name) ?? { id: 0, mark: 0 };
    return countsOf(this.#sql.backlog.value<string>(id, mark)!);
  }

  embedded(name: string): KindCounts {
    const embedder = this.#embedder(name);
    return embedder ? countsOf(this.#sql.embedded.value<string>(embedder.id)!) : {};
  }

  /** Oldest first. */
  unembedded(name: string, limit: number): Unembedded[] {
    const embedder = this.#embedder(name) ?? this.#addEmbedder(name);
    const { id, mark } = embedder;
    this.#noteUse(embedder);
    const first = this.#sql.firstLacking.value<number>(id, mark);
    const complete = first === null ? (this.#sql.newest.value<number>() ?? 0) : first - 1;
    if (complete > mark) this.#sql.setMark.run(complete, id);
    if (first === null) return [];
    const lacking = JSON.parse(this.#sql.unembedded.value<string>(id, first - 1, limit)!) as Memory[];
    return lacking.map((memory) => ({ id: memory.id, text: indexedText(memory) }));
  }

  /** Cosines of the memories nearest in meaning, nearest first, and the least of all; null: there is nothing to compare. */
  near(
    name: string,
    values: Float32Array,
    filter: Near,
    limit: number,
  ): { cosines: Cosine[]; least: number } | null {
    const embedder = this.#comparable(name, values);
    if (!embedder) return null;
    const most = Math.max(oversampled, 2 * limit);
    const { near, far } = this.#signs.nearest(embedder.id, filter, signsOf(values), most);
    const cosines = this.#cosines(embedder, values, near).sort(([x, a], [y, b]) => b - a || y - x);
    const least = [...cosines.slice(-1), ...this.#cosines(embedder, values, far)];
    if (cosines.length === 0) return null;
    return { cosines: cosines.slice(0, limit), least: Math.min(...least.map(([, cosine]) => cosine)) };
  }

  /** Of those that have a vector. */
  cosines(name: string, values: Float32Array, seqs: readonly number[]): Cosine[] {
    const embedder = this.#comparable(name, values);
    return embedder && seqs.length > 0 ? this.#cosines(embedder, values, seqs) : [];
  }

  remove({ seq, scope, kind }: { seq: number; scope: number; kind: number }): void {
    this.#sql.remove.run(seq);
    this.#signs.remove(scope, kind, seq);
  }

  /** The text is another one by now: its vectors go, and it is among those that lack one. */
  renew(memory: { seq: number; scope: number; kind: number }): void {
    this.remove(memory);
    this.#sql.lowerMarks.run(memory.seq - 1);
  }

  /** Takes at most `limit` vectors of embedders that are not in use; says how many. */
  drop(keep: string, unusedSince: number, limit: number): number {
    for (let dropped = 0; ; ) {
      const id = this.#sql.abandoned.value<number>(keep, unusedSince);
      if (id === null) return dropped;
      const most = limit - dropped;
      dropped += this.#sql.drop.run(id, most).changes;
      this.#signs.drop(id, most);
      if (dropped === limit) return dropped;
      this.#sql.dropEmbedder.run(id);
    }
  }

  /** Holds nothing of the scope any longer. */
  release(scope: number): void {
    this.#signs.release(scope);
  }

  /** Call it when a transaction is rolled back. */
  reset(): void {
    this.#signs.reset();
  }

  #comparable(name: string, values: Float32Array): Embedder | null {
    const embedder = this.#embedder(name);
    if (!embedder || embedder.dimensions === null) return null;
    checkDimensions(name, embedder.dimensions, values.length);
    return embedder;
  }

  /** What points nowhere is like nothing, and has none. */
  #cosines({ id }: Embedder, values: Float32Array, seqs: readonly number[]): Cosine[] {
    const found = this.#sql.cosines.value<string>(id, blobOf(values), JSON.stringify(seqs))!;
    return (JSON.parse(found) as [number, number | null][]).filter((one): one is Cosine => one[1] !== null);
  }

  #embedder(name: string): Embedder | null {
    const found = this.#sql.embedder.value<string>(name);
    return found === null ? null : JSON.parse(found);
  }

  #addEmbedder(name: string): Embedder {
    return { id: this.#sql.addEmbedder.run(name).seq, dimensions: null, mark: 0, used: 0 };
  }

  #noteUse({ id, used }: Embedder): void {
    const now = Date.now();
    if (now - used > noteUseMs) this.#sql.setUsed.run(now, id);
  }
}

function blobOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function countsByKind(from: string): string {
  return `select json_group_array(json_array(kind, count)) from (select kind, count(*) as count ${from} group by kind)`;
}

function countsOf(rows: string): KindCounts {
  const counts = new Map(JSON.parse(rows) as [kind: number, count: number][]);
  const named = Object.entries(kindNumber).map(([kind, number]) => [kind, counts.get(number)]);
  return Object.fromEntries(named.filter(([, count]) => count !== undefined));
}
