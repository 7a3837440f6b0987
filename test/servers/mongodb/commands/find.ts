import { fail } from '../errors.js';
import { checkHint, planQuery } from '../plan.js';
import { valuesAt } from '../query/path.js';
import { compileProjection } from '../query/projection.js';
import { type Doc, isPlain, keyOf, toNumber } from '../query/values.js';
import { findDocuments, findRecords, parseCount, parseFilter, parseSort, textOf } from '../query-run.js';
import { type Command, collectionName, findCollection, type Request } from './command.js';

export const find: Command = {
  fields: [
    ...[
      'filter',
      'sort',
      'projection',
      'hint',
      'skip',
      'limit',
      'batchSize',
      'singleBatch',
      'noCursorTimeout',
    ],
    ...['allowDiskUse', 'allowPartialResults'],
  ],
  refused: ['returnKey', 'showRecordId', 'min', 'max', 'tailable', 'awaitData', 'oplogReplay', 'rawData'],
  run(request) {
    const { command, cursors, database } = request;
    const name = collectionName(request, 'find');
    const collection = findCollection(request, 'find');
    const project = compileProjection(command.projection);
    checkHint(collection, command.hint);
    const rows = findDocuments(collection, {
      filter: parseFilter(command.filter),
      sort: parseSort(command.sort),
      skip: parseCount(command.skip, 'skip'),
      limit: parseCount(command.limit, 'limit'),
    });
    const batch = command.batchSize === undefined ? 101 : parseCount(command.batchSize, 'batchSize');
    return cursors.first(`${database}.${name}`, rows, batch, command.singleBatch === true, project);
  },
};

export const count: Command = {
  fields: ['query', 'limit', 'skip', 'hint', 'fields'],
  run(request) {
    const { command } = request;
    const collection = findCollection(request, 'count');
    checkHint(collection, command.hint);
    const filter = parseFilter(command.query, 'count.query');
    const skip = parseCount(command.skip, 'skip');
    const limit = Math.abs(toNumber(command.limit ?? 0));
    if (!Object.keys(filter).length && !skip && !limit) return { n: collection?.records.size ?? 0, ok: 1 };
    return { n: findRecords(collection, { filter, skip, limit }).length, ok: 1 };
  },
};

export const distinct: Command = {
  fields: ['key', 'query', 'hint'],
  run(request) {
    const { command } = request;
    const { key } = command;
    if (typeof key !== 'string') fail(40414, "BSON field 'distinct.key' is missing but a required field");
    const filter = parseFilter(command.query, 'distinct.query');
    const values = new Map<string, unknown>();
    for (const { doc } of findRecords(findCollection(request, 'distinct'), { filter }))
      for (const value of valuesAt(doc, key).flat()) if (value !== undefined) values.set(keyOf(value), value);
    return { values: [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value), ok: 1 };
  },
};

export const getMore: Command = {
  fields: ['collection', 'batchSize'],
  run({ command, cursors, database }) {
    const id = toNumber(command.getMore);
    return cursors.more(
      id,
      `${database}.${String(command.collection)}`,
      parseCount(command.batchSize, 'batchSize'),
    );
  },
};

export const killCursors: Command = {
  fields: ['cursors'],
  run({ command, cursors }) {
    const { killed, missing } = cursors.kill((command.cursors as unknown[]).map(toNumber));
    return { cursorsKilled: killed, cursorsNotFound: missing, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  },
};

/** Which index a find would use; only that, for tests that declare indexes on purpose. */
export const explain: Command = {
  fields: ['verbosity'],
  run(request) {
    const inner = request.command.explain;
    if (!isPlain(inner) || typeof inner.find !== 'string')
      fail('NotImplemented', 'this test server explains find only');
    const filter = parseFilter(inner.filter);
    const collection = request.store.find(request.database, inner.find);
    return { queryPlanner: { winningPlan: winningPlan(request, inner, filter, collection) }, ok: 1 };
  },
};

function winningPlan(
  _: Request,
  inner: Doc,
  filter: Doc,
  collection: ReturnType<typeof findCollection>,
): Doc {
  if (!collection) return { stage: 'EOF' };
  if (textOf(filter)) return { stage: 'TEXT_MATCH', indexName: collection.text?.spec.name };
  const plan = planQuery(collection, filter, parseSort(inner.sort));
  const scan = { stage: plan.stage, indexName: plan.index };
  return plan.sorted ? scan : { stage: 'SORT', inputStage: scan };
}
