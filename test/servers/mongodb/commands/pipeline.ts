import { Aggregator } from 'mingo/aggregator';
import type { Collection } from '../collection.js';
import { fail, notImplemented } from '../errors.js';
import { checkExpression, expressionOptions, isAccumulator } from '../query/expressions.js';
import { compileFilter } from '../query/match.js';
import { metaOf, withMeta } from '../query/meta.js';
import { compileSort, type Sort } from '../query/sort.js';
import { clone, type Doc, isPlain, toNumber } from '../query/values.js';
import { findDocuments } from '../query-run.js';
import { lexicalSearch } from '../search/lexical.js';
import { vectorSearch } from '../search/vector.js';
import type { Request, Settings } from './command.js';
import { manageable } from './search.js';

const mingoStages = new Set([
  ...['$match', '$project', '$sort', '$limit', '$skip', '$group', '$unwind', '$lookup', '$addFields', '$set'],
  ...['$unset', '$count', '$facet', '$replaceRoot', '$replaceWith', '$unionWith', '$bucket', '$sample'],
]);
const searchStages = new Set(['$vectorSearch', '$search', '$searchMeta', '$listSearchIndexes']);
const realStages = new Set([
  ...['$bucketAuto', '$changeStream', '$changeStreamSplitLargeEvent', '$collStats', '$currentOp', '$densify'],
  ...[
    '$documents',
    '$fill',
    '$geoNear',
    '$graphLookup',
    '$indexStats',
    '$listLocalSessions',
    '$listSessions',
  ],
  ...['$merge', '$out', '$planCacheStats', '$queryStats', '$rankFusion', '$redact', '$scoreFusion'],
  ...['$setWindowFields', '$shardedDataDistribution', '$sortByCount'],
]);

type Stage = [name: string, argument: unknown];

function parse(pipeline: unknown): Stage[] {
  if (!Array.isArray(pipeline)) fail('TypeMismatch', "'pipeline' option must be specified as an array");
  return pipeline.map((stage) => {
    const names = isPlain(stage) ? Object.keys(stage) : [];
    if (names.length !== 1)
      fail(40323, 'A pipeline stage specification object must contain exactly one field.');
    return [names[0]!, (stage as Doc)[names[0]!]];
  });
}

/** Refuses what is not known before anything runs, whatever documents there are. */
function check(stages: Stage[], settings: Settings, nested = false): void {
  for (const [at, [name, argument]] of stages.entries()) {
    if (searchStages.has(name)) {
      if (name === '$listSearchIndexes') manageable({ settings });
      if (!settings.search) noSearch();
      if (at > 0) fail(40602, `${name} is only valid as the first stage in a pipeline.`);
      if (nested) fail(40600, `${name} is not allowed to be used within a $facet or a $lookup here`);
      continue;
    }
    if (realStages.has(name)) notImplemented(`the stage ${name}`);
    if (!mingoStages.has(name)) fail(40324, `Unrecognized pipeline stage name: '${name}'`);
    checkStage(name, argument, settings);
  }
}

function noSearch(): never {
  fail(
    'SearchNotEnabled',
    'Using $search and $vectorSearch aggregation stages requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable.For more information on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs.',
  );
}

function checkStage(name: string, argument: unknown, settings: Settings): void {
  if (name === '$match') return void compileFilter(argument, { textAnswered: true });
  if (name === '$sort') return void compileSort(argument);
  if (name === '$limit' || name === '$skip') {
    const count = toNumber(argument);
    if (!Number.isInteger(count) || count < (name === '$limit' ? 1 : 0))
      fail(
        name === '$limit' ? 15958 : 5107200,
        `invalid argument to ${name} stage: the limit must be positive`,
      );
  } else if (name === '$count') {
    if (typeof argument !== 'string' || !argument || argument.startsWith('$'))
      fail(40156, 'the count field must be a non-empty string');
  } else if (name === '$group') checkGroup(argument);
  else if (name === '$facet') {
    for (const pipeline of Object.values(argument as Doc)) check(parse(pipeline), settings, true);
  } else if (name === '$lookup') {
    const { pipeline, let: variables, ...rest } = argument as Doc;
    for (const field of Object.keys(rest))
      if (!['from', 'as', 'localField', 'foreignField'].includes(field))
        fail('FailedToParse', `unknown argument to $lookup: ${field}`);
    if (pipeline !== undefined) check(parse(pipeline), settings, true);
    checkExpression(variables);
  } else if (name !== '$unionWith') checkExpression(argument);
}

function checkGroup(argument: unknown): void {
  if (!isPlain(argument)) fail(15947, "a group's fields must be specified in an object");
  if (!('_id' in argument)) fail(15955, 'a group specification must include an _id');
  for (const [field, value] of Object.entries(argument)) {
    if (field === '_id') {
      checkExpression(value);
      continue;
    }
    const name = isPlain(value) ? Object.keys(value)[0] : undefined;
    if (!name?.startsWith('$')) fail(40234, `The field '${field}' must be an accumulator object`);
    if (!isAccumulator(name)) fail(15952, `unknown group operator '${name}'`);
    checkExpression((value as Doc)[name]);
  }
}

/** The rows a pipeline gives. */
export function runPipeline(request: Request, collectionName: string, pipeline: unknown): Doc[] {
  const stages = parse(pipeline);
  check(stages, request.settings);
  const collection = request.store.find(request.database, collectionName);
  const { rows, rest } = source(collection, stages);
  return runStages(request, rows, rest);
}

/** What the first stages find: a search, or a query that an index can answer. */
function source(collection: Collection | undefined, stages: Stage[]): { rows: Doc[]; rest: Stage[] } {
  const [first] = stages;
  if (first?.[0] === '$vectorSearch')
    return { rows: vectorSearch(collection, first[1]), rest: stages.slice(1) };
  if (first?.[0] === '$search') return { rows: lexicalSearch(collection, first[1]), rest: stages.slice(1) };
  if (first?.[0] === '$searchMeta')
    return { rows: [searchMeta(collection, first[1])], rest: stages.slice(1) };
  if (first?.[0] === '$listSearchIndexes')
    return { rows: listSearchIndexes(collection, first[1]), rest: stages.slice(1) };
  let at = 0;
  const take = (name: string): unknown => (stages[at]?.[0] === name ? stages[at++]![1] : undefined);
  const filter = (take('$match') ?? {}) as Doc;
  const order = take('$sort');
  const sort: Sort | undefined = order === undefined ? undefined : compileSort(order);
  const skip = toNumber(take('$skip') ?? 0);
  const limit = toNumber(take('$limit') ?? 0);
  return { rows: findDocuments(collection, { filter, sort, skip, limit }), rest: stages.slice(at) };
}

function searchMeta(collection: Collection | undefined, stage: unknown): Doc {
  const count = lexicalSearch(collection, stage).length;
  const kind = isPlain(stage) && isPlain(stage.count) ? stage.count.type : undefined;
  return { count: kind === 'total' ? { total: count } : { lowerBound: count } };
}

function listSearchIndexes(collection: Collection | undefined, argument: unknown): Doc[] {
  const { id, name, ...odd } = argument as Doc;
  if (Object.keys(odd).length)
    fail('IDLUnknownField', `BSON field '$listSearchIndexes.${Object.keys(odd)[0]}' is an unknown field.`);
  return [...(collection?.search.values() ?? [])]
    .map((index) => index.describe())
    .filter((index) => (id === undefined || index.id === id) && (name === undefined || index.name === name));
}

/** The rest in mingo, on copies, because its stages change nested values in place. */
function runStages(request: Request, rows: Doc[], stages: Stage[]): Doc[] {
  const union = stages.findIndex(([name]) => name === '$unionWith');
  if (union >= 0) {
    const before = runStages(request, rows, stages.slice(0, union));
    const argument = stages[union]![1];
    const { coll, pipeline = [] } = (isPlain(argument) ? argument : { coll: argument }) as Doc;
    if (typeof coll !== 'string') fail('FailedToParse', '$unionWith needs a collection here');
    return runStages(request, [...before, ...runPipeline(request, coll, pipeline)], stages.slice(union + 1));
  }
  if (!stages.length) return rows;
  const options = expressionOptions({
    collectionResolver: (name) =>
      [...(request.store.find(request.database, name)?.records.values() ?? [])].map((record) =>
        clone(record.doc),
      ),
  });
  const copies = rows.map((row) => withMeta(clone(row), metaOf(row)));
  return new Aggregator(
    stages.map(([name, argument]) => ({ [name]: argument })),
    options,
  ).run(copies);
}
