import { Binary } from 'bson';
import type { Collection } from '../collection.js';
import { fail, notImplemented } from '../errors.js';
import { compileFilter, type Predicate } from '../query/match.js';
import { valuesAt } from '../query/path.js';
import { type Doc, isNumber, isPlain, toNumber } from '../query/values.js';
import type { VectorDefinition, VectorField } from './definition.js';
import { type Hit, lookUp } from './look-up.js';
import type { Indexed } from './search-index.js';

const fields = new Set(['index', 'path', 'queryVector', 'numCandidates', 'limit', 'exact', 'filter']);
const realFields = new Set([
  'explainOptions',
  'searchNodePreference',
  'query',
  'model',
  'returnStoredSource',
]);

function wrong(message: string): never {
  fail('UnknownError', `PlanExecutor error during aggregation :: caused by :: ${message}`);
}

/** `$vectorSearch`: every argument check Atlas documents, then the exact nearest neighbours. */
export function vectorSearch(collection: Collection | undefined, stage: unknown): Doc[] {
  if (!isPlain(stage)) fail('FailedToParse', '$vectorSearch value must be an object');
  for (const name of Object.keys(stage)) {
    if (realFields.has(name)) notImplemented(`the $vectorSearch field "${name}"`);
    if (!fields.has(name)) wrong(`unrecognized field "${name}"`);
  }
  const { index: name, path } = stage;
  if (typeof name !== 'string' || !name) wrong('"index" is required');
  if (typeof path !== 'string' || !path) wrong('"path" is required');
  const query = queryVector(stage.queryVector);
  const limit = candidatesAndLimit(stage);
  const filter = stage.filter === undefined ? undefined : checkedFilter(stage.filter);
  const index = collection?.search.get(name);
  // As documented: a search on an index that is not there finds nothing, and does not fail.
  if (!collection || !index) return [];
  const definition = index.served();
  if (definition.type !== 'vectorSearch') wrong(`Cannot execute $vectorSearch over search index '${name}'`);
  const field = vectorField(definition, path, query);
  for (const one of filter?.paths ?? [])
    if (!definition.filters.has(one)) wrong(`Path '${one}' needs to be indexed as filter`);
  const found = nearest(index.documents(), field, query, limit, filter?.test);
  return lookUp(collection, found, 'vectorSearchScore');
}

function queryVector(value: unknown): Float32Array {
  const vector = toVector(value);
  if (!vector) wrong('"queryVector" is required and must be an array of numbers or a BSON vector');
  if (!vector.length) wrong('"queryVector" cannot be empty');
  return vector;
}

function candidatesAndLimit({ exact, numCandidates, limit }: Doc): number {
  if (exact !== undefined && typeof exact !== 'boolean') wrong('"exact" must be a boolean');
  const count = wholeNumber('limit', limit);
  if (exact) {
    if (numCandidates !== undefined) wrong('"numCandidates" must be omitted when "exact" is true');
    return count;
  }
  if (numCandidates === undefined) wrong('"numCandidates" is required when "exact" is false or omitted');
  const candidates = wholeNumber('numCandidates', numCandidates);
  if (candidates > 10_000) wrong('"numCandidates" must be within bounds [1, 10000]');
  if (count > candidates) wrong('"limit" must be less than or equal to "numCandidates"');
  return count;
}

function wholeNumber(name: string, value: unknown): number {
  if (value === undefined) wrong(`"${name}" is required`);
  if (!isNumber(value) || !Number.isInteger(toNumber(value))) wrong(`"${name}" must be an integer`);
  if (toNumber(value) < 1) wrong(`"${name}" must be positive`);
  return toNumber(value);
}

function vectorField(definition: VectorDefinition, path: string, query: Float32Array): VectorField {
  const field = definition.vectors.get(path);
  if (!field) wrong(`${path} must be indexed as "vector".`);
  if (field.numDimensions !== query.length)
    wrong(`vector field is indexed with ${field.numDimensions} dimensions but queried with ${query.length}`);
  if (field.similarity === 'cosine' && query.every((number) => number === 0))
    wrong('Cosine similarity cannot be calculated against a zero vector.');
  return field;
}

const logical = new Set(['$and', '$or', '$nor']);
const operators = new Set(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$not']);

/** Only the documented operators, and the paths they stand at. */
function checkedFilter(filter: unknown): { test: Predicate; paths: Set<string> } {
  const paths = new Set<string>();
  const visit = (part: unknown) => {
    if (!isPlain(part)) wrong('"filter" must be a document');
    for (const [key, value] of Object.entries(part)) {
      if (logical.has(key)) {
        if (!Array.isArray(value) || !value.length) wrong(`"${key}" must be a non-empty array`);
        value.forEach(visit);
      } else if (key.startsWith('$')) wrong(`Operator ${key} is not supported in "filter"`);
      else {
        paths.add(key);
        condition(value);
      }
    }
  };
  visit(filter);
  return { test: compileFilter(filter), paths };
}

function condition(value: unknown): void {
  if (!isPlain(value)) return;
  for (const [name, argument] of Object.entries(value)) {
    if (!operators.has(name)) wrong(`Operator ${name} is not supported in "filter"`);
    if (name === '$not') condition(argument);
  }
}

const parsed = new WeakMap<object, Float32Array>();

/** The numbers of an array, or of a BSON vector. Kept, because documents do not change in place. */
function toVector(value: unknown): Float32Array | undefined {
  if (typeof value !== 'object' || value === null) return;
  const known = parsed.get(value);
  if (known) return known;
  let vector: Float32Array | undefined;
  if (Array.isArray(value) && value.every(isNumber)) vector = Float32Array.from(value, toNumber);
  else if (value instanceof Binary && value.sub_type === Binary.SUBTYPE_VECTOR) {
    const kind = value.buffer[0];
    if (kind === Binary.VECTOR_TYPE.Float32) vector = value.toFloat32Array();
    else if (kind === Binary.VECTOR_TYPE.Int8) vector = Float32Array.from(value.toInt8Array());
    else notImplemented('a BSON vector of bits');
  }
  if (vector) parsed.set(value, vector);
  return vector;
}

function nearest(
  documents: Iterable<Indexed>,
  field: VectorField,
  query: Float32Array,
  limit: number,
  test: Predicate | undefined,
): Hit[] {
  const found: Hit[] = [];
  for (const { id, doc } of documents) {
    const vector = toVector(valuesAt(doc, field.path)[0]);
    if (!vector || vector.length !== query.length) continue;
    if (test && !test(doc)) continue;
    const score = similarityScore(field.similarity, query, vector);
    if (!Number.isNaN(score)) found.push({ id, score });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, limit);
}

/** Between 0 and 1, normalised as Atlas documents. */
function similarityScore(kind: VectorField['similarity'], a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    dot += x * y;
    lengthA += x * x;
    lengthB += y * y;
    distance += (x - y) * (x - y);
  }
  if (kind === 'dotProduct') return (1 + dot) / 2;
  if (kind === 'cosine') return (1 + dot / Math.sqrt(lengthA * lengthB)) / 2;
  return 1 / (1 + distance);
}
