import { afterAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { MemoryTable } from '../../src/store/libsql/memory-table.js';
import { Names } from '../../src/store/libsql/names.js';
import { rowOf } from '../../src/store/libsql/row.js';
import { migrate } from '../../src/store/libsql/schema.js';
import { Signs, signsOf } from '../../src/store/libsql/signs.js';
import { Vectors } from '../../src/store/libsql/vectors.js';
import { message } from '../contract/store.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const db = new Database(`${folder.path}/vectors.db`);
migrate(db);
const memories = new MemoryTable(db, new Names(db));
const vectors = new Vectors(db);
/** Numbers of the nearest. */
const nearest = (...[of, ...asked]: [Vectors, ...Parameters<Vectors['near']>]) =>
  (of.near(...asked)?.cosines ?? []).map(([seq]) => seq);
afterAll(() => {
  db.close();
  folder.remove();
});

/** Numbers between 0 and 1, the same in every run. */
function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const random = randomNumbers(1);
const normal = () =>
  Math.sqrt(-2 * Math.log(random.next().value || 1e-9)) * Math.cos(2 * Math.PI * random.next().value);

function around(center: Float32Array | null, spread: number, dimensions: number): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, i) => (center?.[i] ?? 0) + spread * normal());
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function store(scope: string, embedder: string, all: Float32Array[]): number[] {
  db.exec('begin');
  const seqs = all.map((values) => {
    const memory = message({ scope, status: 'kept' });
    const seq = memories.insert(rowOf(memory))!;
    vectors.save(embedder, [memory.id], values);
    return seq;
  });
  db.exec('commit');
  return seqs;
}

describe('vectors', () => {
  it('in two stages find what exact comparison finds: recall of the ten best at least 0.95', () => {
    const dimensions = 384;
    const centers = Array.from({ length: 40 }, () => around(null, 1, dimensions));
    const all = Array.from({ length: 6_000 }, (_, i) => around(centers[i % 40]!, 0.6, dimensions));
    const seqs = store('clustered', 'recall', all);
    const scope = 1;
    let found = 0;
    const queries = 40;
    for (let i = 0; i < queries; i++) {
      const query = around(centers[i]!, 0.6, dimensions);
      const exact = all
        .map((values, at) => ({ seq: seqs[at]!, similarity: cosine(values, query) }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 10);
      const two = nearest(vectors, 'recall', query, { scopes: [scope], kinds: [0], exclude: [] }, 10);
      found += exact.filter(({ seq }) => two.includes(seq)).length;
    }
    expect(found / (10 * queries)).toBeGreaterThanOrEqual(0.95);
  }, 60_000);

  it('are found in memory exactly as in the file: saved, replaced and removed while they are searched', () => {
    const dimensions = 40;
    const filter = { scopes: [2], kinds: [0], exclude: [] };
    const all = Array.from({ length: 300 }, () => around(null, 1, dimensions));
    const kept = new Map<number, Float32Array>();
    const agree = () => {
      for (let i = 0; i < 5; i++) {
        const near = [...kept.values()][Math.floor(random.next().value * kept.size)]!;
        const query = around(near, 0.5, dimensions);
        const [best] = [...kept].sort(([, a], [, b]) => cosine(b, query) - cosine(a, query));
        expect(nearest(vectors, 'changing', query, filter, 1)).toEqual([best![0]]);
        expect(nearest(new Vectors(db), 'changing', query, filter, 1)).toEqual([best![0]]);
      }
    };
    for (let i = 0; i < 300; i += 20) {
      const added = store('changing', 'changing', all.slice(i, i + 20));
      for (const [at, seq] of added.entries()) kept.set(seq, all[i + at]!);
      agree();
      const [replaced, removed] = [added[3]!, added[7]!];
      const id = db.prepare('select id from memories where seq = ?').value<string>(replaced)!;
      kept.set(replaced, around(null, 1, dimensions));
      vectors.save('changing', [id], kept.get(replaced)!);
      vectors.remove({ seq: removed, scope: 2, kind: 0 });
      kept.delete(removed);
      agree();
    }
    const exclude = [...kept.keys()].slice(0, 250);
    const [last, nearLast] = [...kept].at(-1)!;
    const found = nearest(vectors, 'changing', nearLast, { ...filter, exclude }, 10);
    expect(found[0]).toBe(last);
    expect(found.filter((seq) => exclude.includes(seq))).toEqual([]);
    vectors.reset();
    agree();
  });

  it('have their signs held up to a bound, counted, also where a partition grows', () => {
    const signs = new Signs(db, undefined, 1_000);
    const filter = (kind: number) => ({ scopes: [77], kinds: [kind], exclude: [] });
    let seq = 0;
    const values = signsOf(new Float32Array([1, -1, 1]));
    db.exec("insert into embedders (id, name) values (7, 'bounded')");
    for (let kind = 0; kind < 8; kind++) {
      for (let i = 0; i < 200; i++) signs.save(7, 77, kind, ++seq, values);
      expect(signs.nearest(7, filter(kind), values, 500).near).toHaveLength(200);
      expect(signs.held).toBeLessThanOrEqual(1_000);
    }
    expect(signs.held).toBeGreaterThan(500);
    for (let i = 0; i < 1_500; i++) {
      signs.save(7, 77, 0, ++seq, values);
      expect(signs.held).toBeLessThanOrEqual(1_000);
    }
    expect(signs.nearest(7, filter(0), values, 5_000).near).toHaveLength(1_700);
  });

  it('that are all alike fill no more than the limit', () => {
    store(
      'alike',
      'alike',
      Array.from({ length: 1_000 }, () => new Float32Array([1, 2, 3])),
    );
    const filter = { scopes: [3], kinds: [0], exclude: [] };
    expect(nearest(vectors, 'alike', new Float32Array([1, 2, 3]), filter, 10)).toHaveLength(10);
  });

  it('take any number of dimensions', () => {
    for (const dimensions of [1, 7, 8, 9, 100]) {
      const name = `${dimensions} dimensions`;
      const [a, b] = [around(null, 1, dimensions), around(null, 1, dimensions)];
      const [first] = store('any', name, [a!, b!]);
      const [best] = nearest(vectors, name, a!, { scopes: [4], kinds: [0], exclude: [] }, 1);
      if (dimensions > 1) expect(best).toBe(first);
      else expect(best).toBeDefined();
    }
  });

  it('that point nowhere match nothing', () => {
    store('nowhere', 'zeros', [new Float32Array(8), new Float32Array(8).fill(Number.NaN)]);
    const filter = { scopes: [5], kinds: [0], exclude: [] };
    expect(nearest(vectors, 'zeros', new Float32Array(8).fill(1), filter, 5)).toEqual([]);
    expect(nearest(vectors, 'zeros', new Float32Array(8), filter, 5)).toEqual([]);
  });
});
