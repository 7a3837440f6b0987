/**
 * Vectors, one set per embedder; sets are never compared. A search scans the signs of all vectors of its
 * scopes (a thirty-second of their size) for the nearest few hundred and compares only those exactly.
 */
import { FatalError } from '../../errors.js';
import { type Database, listOf } from './database.js';
import type { Filter } from './lexicon.js';

/** Scopes with no more memories than this are compared exactly, vector by vector: about 2 ms, and nothing is missed. */
const fewEnough = 1_000;

/** How many the first stage lets through: measured, the ten best of 100,000 are then practically always found. */
const oversampled = 200;

/**
 * Cosine similarity below which two texts have nothing to do with each other. Chosen low: embedders differ in
 * how alike they find strangers, and fusion with the words corrects an odd hit, but not a missing one.
 */
const leastSimilarity = 0.25;

interface Embedder {
  id: number;
  /** Null until its first vector. */
  dimensions: number | null;
  /** All memories up to here have their vector, or need none. */
  mark: number;
}

export class Vectors {
  readonly #sql;

  constructor(db: Database) {
    const partition = `
      from bits where embedder = ?1 and scope in (select value from json_each(?2))
        and kind in (select value from json_each(?3)) and seq not in (select value from json_each(?4))`;
    const nearest = (candidates: string) => `
      select json_group_array(seq) from (
        select m.seq, vec_distance_cosine(v.e, ?5) as distance
        from (${candidates}) c
        cross join vectors v on v.embedder = ?1 and v.seq = c.seq
        cross join memories m on m.seq = c.seq
        where m.status <> 0 and distance <= ${1 - leastSimilarity}
        order by distance limit ?6)`;
    // A pending message needs no vector yet, but the mark must not pass it.
    const lacking = `
      from memories m where seq > ?2 and case
        when exists (select 1 from vectors v where v.embedder = ?1 and v.seq = m.seq) then false
        else body -> '$.content.text' <> '""' -- only then: taking the JSON apart is what costs
      end`;
    this.#sql = {
      embedder: db.prepare(
        `select json_object('id', id, 'dimensions', dimensions, 'mark', mark) from embedders where name = ?`,
      ),
      addEmbedder: db.prepare('insert into embedders (name) values (?)'),
      setDimensions: db.prepare('update embedders set dimensions = ? where id = ?'),
      setMark: db.prepare('update embedders set mark = ? where id = ?'),
      save: db.prepare(
        'insert or replace into vectors (embedder, seq, e) select ?1, seq, ?2 from memories where id = ?3',
      ),
      saveBits: db.prepare(`
        insert or replace into bits (embedder, scope, kind, seq, bits)
        select ?1, scope, kind, seq, vec_quantize_binary(?2) from memories where id = ?3`),
      remove: db.prepare('delete from vectors where embedder in (select id from embedders) and seq = ?'),
      removeBits: db.prepare(`
        delete from bits
        where embedder in (select id from embedders) and scope = ? and kind = ? and seq = ?`),
      firstLacking: db.prepare(`select seq ${lacking} order by seq limit 1`),
      newest: db.prepare('select max(seq) from memories'),
      unembedded: db.prepare(
        listOf(
          `'{"id":' || json_quote(id) || ',"text":' || text || '}'`,
          `select id, body -> '$.content.text' as text ${lacking} and status <> 0 order by seq limit ?3`,
        ),
      ),
      size: db.prepare('select sum(memories) from scopes where id in (select value from json_each(?))'),
      exact: db.prepare(nearest(`select seq ${partition}`)),
      twoStages: db.prepare(
        nearest(`
          select seq ${partition}
          order by vec_distance_hamming(vec_bit(bits), vec_quantize_binary(?5)) limit ?7`),
      ),
    };
  }

  /** `packed` holds the vectors of `ids` one after the other. Ids that are gone are passed over. */
  save(name: string, ids: readonly string[], packed: Float32Array): void {
    const dimensions = packed.length / ids.length;
    const embedder = this.#embedder(name) ?? this.#addEmbedder(name);
    checkDimensions(name, embedder, dimensions);
    if (embedder.dimensions === null) this.#sql.setDimensions.run(dimensions, embedder.id);
    ids.forEach((id, i) => {
      const e = blobOf(packed.subarray(i * dimensions, (i + 1) * dimensions));
      this.#sql.save.run(embedder.id, e, id);
      this.#sql.saveBits.run(embedder.id, e, id);
    });
  }

  /** A JSON list of `{id, text}`, oldest first. */
  unembedded(name: string, limit: number): string {
    const { id, mark } = this.#embedder(name) ?? this.#addEmbedder(name);
    const first = this.#sql.firstLacking.value<number>(id, mark);
    const complete = first === null ? (this.#sql.newest.value<number>() ?? 0) : first - 1;
    if (complete > mark) this.#sql.setMark.run(complete, id);
    return first === null ? '[]' : this.#sql.unembedded.value<string>(id, first - 1, limit)!;
  }

  /** Numbers of the memories nearest in meaning, nearest first. */
  find(name: string, values: Float32Array, filter: Filter, limit: number): number[] {
    const embedder = this.#embedder(name);
    if (!embedder || embedder.dimensions === null || filter.scopes.length === 0) return [];
    checkDimensions(name, embedder, values.length);
    const scopes = JSON.stringify(filter.scopes);
    const partition = [embedder.id, scopes, JSON.stringify(filter.kinds), JSON.stringify(filter.exclude)];
    const e = blobOf(values);
    const size = this.#sql.size.value<number>(scopes) ?? 0;
    const found =
      size <= fewEnough
        ? this.#sql.exact.value<string>(...partition, e, limit)
        : this.#sql.twoStages.value<string>(...partition, e, limit, Math.max(oversampled, 4 * limit));
    return JSON.parse(found!);
  }

  remove({ seq, scope, kind }: { seq: number; scope: number; kind: number }): void {
    this.#sql.remove.run(seq);
    this.#sql.removeBits.run(scope, kind, seq);
  }

  #embedder(name: string): Embedder | null {
    const found = this.#sql.embedder.value<string>(name);
    return found === null ? null : JSON.parse(found);
  }

  #addEmbedder(name: string): Embedder {
    return { id: this.#sql.addEmbedder.run(name).seq, dimensions: null, mark: 0 };
  }
}

function checkDimensions(name: string, { dimensions }: Embedder, given: number): void {
  if (Number.isInteger(given) && given > 0 && (dimensions ?? given) === given) return;
  throw new FatalError(
    'config_invalid',
    `Embedder ${name} gives vectors of ${given} numbers, but ${dimensions ?? 'at least 1'} were expected. ` +
      'A changed model needs a changed embedder id.',
  );
}

/** The bytes SQLite is given. Filled up with zeros to whole bytes of signs, which changes no cosine. */
function blobOf(values: Float32Array): Uint8Array {
  const whole = Math.ceil(values.length / 8) * 8;
  if (whole === values.length) return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const padded = new Float32Array(whole);
  padded.set(values);
  return Buffer.from(padded.buffer);
}
