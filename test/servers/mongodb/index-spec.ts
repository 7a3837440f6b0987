import { fail } from './errors.js';
import { compileFilter } from './query/match.js';
import { type Doc, isNumber, isPlain, keyOf, toNumber } from './query/values.js';

/** An index as `listIndexes` shows it. */
export interface IndexSpec extends Doc {
  v: 2;
  key: Doc;
  name: string;
  unique?: boolean;
  sparse?: boolean;
  partialFilterExpression?: Doc;
  expireAfterSeconds?: number;
  weights?: Doc;
}

const known = new Set([
  ...['v', 'key', 'name', 'unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', 'background'],
  ...['weights', 'default_language', 'language_override', 'textIndexVersion'],
]);
const real = new Set([
  ...[
    'collation',
    'hidden',
    'wildcardProjection',
    'storageEngine',
    'bits',
    'min',
    'max',
    '2dsphereIndexVersion',
  ],
  'prepareUnique',
]);
const partialOperators = new Set([
  '$eq',
  '$exists',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$type',
  '$and',
  '$or',
  '$in',
]);

/** The specification completed and checked as a real server does. */
export function parseIndexSpec(given: unknown): IndexSpec {
  if (!isPlain(given)) fail('TypeMismatch', 'an index specification must be an object');
  for (const name of Object.keys(given)) {
    if (known.has(name)) continue;
    if (real.has(name))
      fail('NotImplemented', `the index option '${name}' is not implemented by this test server`);
    fail(
      'InvalidIndexSpecificationOption',
      `Error in specification ${JSON.stringify(given)} :: caused by :: The field '${name}' is not valid for an index specification.`,
    );
  }
  const { key, name } = given;
  if (!isPlain(key) || !Object.keys(key).length) fail('CannotCreateIndex', 'Index keys cannot be empty.');
  for (const [field, kind] of Object.entries(key)) checkKey(field, kind);
  if (typeof name !== 'string')
    fail('FailedToParse', "The 'name' field is a required property of an index specification");
  const { background: _, v: __, ...rest } = given;
  const spec = { ...rest, v: 2, key: { ...key }, name } as IndexSpec;
  if (isText(key)) return textSpec(spec);
  if (spec.unique && Object.values(key).includes('hashed'))
    fail(16764, 'Currently hashed indexes cannot guarantee uniqueness. Use a regular index.');
  if (isPlain(spec.partialFilterExpression)) checkPartial(spec.partialFilterExpression);
  if (spec.sparse && spec.partialFilterExpression)
    fail('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  if (spec.expireAfterSeconds !== undefined) {
    if (!isNumber(spec.expireAfterSeconds) || toNumber(spec.expireAfterSeconds) < 0)
      fail('CannotCreateIndex', "TTL index 'expireAfterSeconds' must be a non-negative number");
    if (Object.keys(key).length > 1)
      fail('CannotCreateIndex', 'TTL indexes are single-field indexes, compound indexes do not support TTL.');
  }
  return spec;
}

function checkKey(field: string, kind: unknown): void {
  if (!field || field.split('.').includes(''))
    fail('CannotCreateIndex', 'Index keys cannot be an empty field.');
  if (field.includes('$'))
    fail(
      'CannotCreateIndex',
      `Index key contains an illegal field name: field name starts with '$': ${field}`,
    );
  if (kind === 'text' || kind === 'hashed') return;
  if (typeof kind === 'string')
    fail('NotImplemented', `indexes of type '${kind}' are not implemented by this test server`);
  if (!isNumber(kind) || !toNumber(kind))
    fail(
      'CannotCreateIndex',
      `Values in v:2 index key pattern cannot be of type ${typeof kind}. Only numbers > 0, numbers < 0, and strings are allowed.`,
    );
}

export function isText(key: Doc): boolean {
  return Object.values(key).includes('text');
}

function textSpec(spec: IndexSpec): IndexSpec {
  if (spec.unique) fail('CannotCreateIndex', 'Index type text does not support the unique option');
  const fields = Object.entries(spec.key);
  if (fields.some(([, kind]) => kind !== 'text'))
    fail('NotImplemented', 'compound text indexes are not implemented by this test server');
  if ((spec.default_language ?? 'english') !== 'english' && spec.default_language !== 'none')
    fail('NotImplemented', 'this test server stems English only');
  const weights: Doc = {};
  for (const [field] of fields) weights[field] = (spec.weights as Doc | undefined)?.[field] ?? 1;
  return {
    ...spec,
    key: { _fts: 'text', _ftsx: 1 },
    weights,
    default_language: spec.default_language ?? 'english',
    language_override: spec.language_override ?? 'language',
    textIndexVersion: 3,
  };
}

function checkPartial(filter: Doc): void {
  compileFilter(filter);
  const visit = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isPlain(value)) return;
    for (const [name, item] of Object.entries(value)) {
      if (name.startsWith('$') && !partialOperators.has(name))
        fail(
          'CannotCreateIndex',
          `Error in specification :: caused by :: Expression not supported in partial index: ${name}`,
        );
      if (name === '$exists' && item === false)
        fail('CannotCreateIndex', 'Expression not supported in partial index: $not { $exists: true }');
      visit(item);
    }
  };
  visit(filter);
}

export function sameKey(a: Doc, b: Doc): boolean {
  return keyOf(a) === keyOf(b);
}

export function sameSpec(a: IndexSpec, b: IndexSpec): boolean {
  const comparable = ({ v: _, ...rest }: IndexSpec) =>
    keyOf(Object.fromEntries(Object.entries(rest).sort(([x], [y]) => (x < y ? -1 : 1))));
  return comparable(a) === comparable(b);
}
