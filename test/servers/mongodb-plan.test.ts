import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collection } from './mongodb/collection.js';
import { parseIndexSpec } from './mongodb/index-spec.js';
import { compileSort, type Sort } from './mongodb/query/sort.js';
import type { Doc } from './mongodb/query/values.js';
import { findRecords } from './mongodb/query-run.js';

const odd = [0.5, Number.NaN, '', 'a', 'a\0', 'ab', '\uffee', '😀', true, new Date(0), new Date(-1)];
const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, -1, 0, 1) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...odd) },
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.record({ c: scalar }) },
);
const document = fc.record(
  { a: value, b: scalar, l: fc.array(fc.record({ c: scalar }), { maxLength: 2 }) },
  { requiredKeys: [] },
);
const condition = fc.oneof(
  scalar,
  fc.dictionary(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne', '$eq'), scalar, {
    minKeys: 1,
    maxKeys: 2,
  }),
  fc.record({ $gt: scalar, $lt: scalar }),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
);
const filter = fc.dictionary(fc.constantFrom('a', 'b', 'a', 'b', 'l.c', 'a.c'), condition, { maxKeys: 3 });
const query = fc.oneof(
  { weight: 4, arbitrary: filter },
  { weight: 1, arbitrary: fc.record({ $or: fc.array(filter, { minLength: 1, maxLength: 2 }) }) },
);
const order = fc.constantFrom<Doc>(
  ...[{}, { a: 1 }, { a: -1 }, { b: 1 }, { a: 1, b: 1 }, { a: 1, b: -1 }, { b: -1, a: -1 }, { b: 1, a: -1 }],
);
// Two arrays in one index are refused, so `a` and `l.c`, which may be arrays, do not meet in one.
const key = fc.constantFrom<Doc>(
  ...[{ a: 1 }, { a: -1 }, { b: 1 }, { 'l.c': -1 }, { a: 1, b: 1 }, { a: 1, b: -1 }, { b: -1, a: -1 }],
  ...[
    { b: 1, 'l.c': 1 },
    { 'l.c': 1, b: -1 },
  ],
);

/** Seldom hit by chance: arrays, of which one item meets one end of a range and another the other. */
const examples: [Doc[], Doc, Doc, [Doc, Doc][], number][] = [
  [[{ a: [-1, 1] }], { a: { $gt: 0, $lt: 0 } }, {}, [[{ a: 1 }, {}]], 0],
  [[{ a: [-1, 1] }, { a: 0 }], { a: { $gte: 0 } }, { a: 1 }, [[{ a: 1 }, {}]], 0],
  [
    [
      { a: 0, b: 0 },
      { a: [0, 2], b: 0 },
    ],
    { a: 0, b: 0 },
    { a: -1 },
    [[{ b: 1 }, {}]],
    0,
  ],
];

describe('the planner', () => {
  it('finds through any index, in any order, what a full scan finds', () => {
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 12 }),
        query,
        order,
        fc.array(
          fc.tuple(
            key,
            fc.constantFrom<Doc>(
              {},
              { sparse: true },
              { partialFilterExpression: { b: { $exists: true } } },
              { partialFilterExpression: { a: { $gte: 0 } } },
            ),
          ),
          { maxLength: 2 },
        ),
        fc.integer({ min: 0, max: 4 }),
        (documents, where, sorting, indexes, limit) => {
          const plain = new Collection('d', 'plain');
          const indexed = new Collection('d', 'indexed');
          for (const [i, [fields, options]] of indexes.entries())
            indexed.createIndex(parseIndexSpec({ key: fields, name: `i${i}`, ...options }), []);
          const both = [plain, indexed];
          for (const [_id, doc] of documents.entries())
            for (const collection of both) collection.insert({ _id, ...doc }, []);
          const find = (collection: Collection, options: { sort?: Sort; limit?: number }) =>
            findRecords(collection, { filter: where as Doc, ...options }).map(({ doc }) => doc);
          const total = compileSort({ ...sorting, _id: 1 });
          const compare = () => {
            expect(total.sort(find(indexed, {}))).toEqual(total.sort(find(plain, {})));
            expect(find(indexed, { sort: total, limit })).toEqual(find(plain, { sort: total, limit }));
            // Ties may come in any order without `_id`, but what is said to be sorted must be sorted.
            const partly = compileSort(sorting);
            const found = find(indexed, { sort: partly });
            expect(partly.sort([...found])).toEqual(found);
          };
          compare();
          for (const collection of both)
            for (const record of [...collection.records.values()]) {
              const { a, b, ...rest } = record.doc;
              if (b === null) collection.remove(record, []);
              else collection.replace(record, { ...rest, a: b ?? 1, b: Array.isArray(a) ? 0 : (a ?? 2) }, []);
            }
          compare();
        },
      ),
      { numRuns: 5000, examples },
    );
  });
});
