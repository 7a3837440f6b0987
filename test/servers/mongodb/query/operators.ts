import { Binary, BSONRegExp, Decimal128, Long, ObjectId, Timestamp } from 'bson';
import { fail, notImplemented } from '../errors.js';
import { compileCondition, compileFilter, hasOperators, type ValuesTest } from './match.js';
import { candidates } from './path.js';
import { compareValues, type Doc, isNumber, isPlain, keyOf, rank, rankOf, toNumber } from './values.js';

const later = new Set([
  ...['$geoWithin', '$geoIntersects', '$near', '$nearSphere', '$within'],
  ...['$bitsAllSet', '$bitsAllClear', '$bitsAnySet', '$bitsAnyClear'],
]);

export function compileOperator(name: string, argument: unknown, siblings: Doc): ValuesTest {
  switch (name) {
    case '$eq':
      return equal(argument);
    case '$ne':
      return not(equal(noRegex('$ne', argument)));
    case '$gt':
      return ordered(argument, (order) => order > 0);
    case '$gte':
      return ordered(argument, (order) => order >= 0);
    case '$lt':
      return ordered(argument, (order) => order < 0);
    case '$lte':
      return ordered(argument, (order) => order <= 0);
    case '$in':
      return among(name, argument);
    case '$nin':
      return not(among(name, argument));
    case '$exists': {
      const wanted = argument === true || (argument !== false && argument !== null && argument !== 0);
      return (values) => values.some((value) => value !== undefined) === wanted;
    }
    case '$regex': {
      const pattern = toRegExp(argument, siblings.$options);
      return (values) => candidates(values).some((value) => typeof value === 'string' && pattern.test(value));
    }
    case '$not':
      if (!(argument instanceof BSONRegExp) && !hasOperators(argument))
        fail('BadValue', '$not needs a regex or a document');
      return not(compileCondition(argument));
    case '$type':
      return typed(argument);
    case '$size':
      if (!isNumber(argument) || !Number.isInteger(toNumber(argument)) || toNumber(argument) < 0)
        fail('BadValue', '$size must be a non-negative whole number');
      return (values) => values.some((value) => Array.isArray(value) && value.length === argument);
    case '$mod': {
      if (!Array.isArray(argument) || argument.length !== 2)
        fail('BadValue', 'malformed mod, not enough elements');
      const [divisor, remainder] = argument.map(toNumber) as [number, number];
      if (!divisor) fail('BadValue', 'divisor cannot be 0');
      return (values) =>
        candidates(values).some(
          (value) => isNumber(value) && Math.trunc(toNumber(value)) % divisor === remainder,
        );
    }
    case '$all':
      return all(argument);
    case '$elemMatch': {
      const test = element(argument);
      return (values) => values.some((value) => Array.isArray(value) && value.some(test));
    }
    default:
      if (later.has(name)) return notImplemented(name);
      return fail('BadValue', `unknown operator: ${name}`);
  }
}

const not =
  (test: ValuesTest): ValuesTest =>
  (values) =>
    !test(values);

function noRegex(name: string, argument: unknown): unknown {
  if (argument instanceof BSONRegExp) fail('BadValue', `Can't have regex as arg to ${name}.`);
  return argument;
}

function equal(argument: unknown): ValuesTest {
  if (argument === null || argument === undefined)
    return (values) => candidates(values).some((value) => value === null || value === undefined);
  if (typeof argument === 'string' || typeof argument === 'boolean')
    return (values) =>
      values.some((value) => value === argument || (Array.isArray(value) && value.includes(argument)));
  const key = keyOf(argument);
  const type = rankOf(argument);
  return (values) =>
    candidates(values).some((value) => value !== undefined && rankOf(value) === type && keyOf(value) === key);
}

/** Values of another type are never greater or less, except that null equals null. */
function ordered(argument: unknown, holds: (order: number) => boolean): ValuesTest {
  noRegex('a comparison', argument);
  const type = rankOf(argument);
  if (type === rank.minKey || type === rank.maxKey)
    return (values) =>
      candidates(values).some((value) => value !== undefined && holds(compareValues(value, argument)));
  if (Number.isNaN(argument)) return () => false;
  return (values) =>
    candidates(values).some((value) => {
      if (rankOf(value) !== type || Number.isNaN(value)) return false;
      return holds(compareValues(value ?? null, argument));
    });
}

function among(name: string, argument: unknown): ValuesTest {
  if (!Array.isArray(argument)) fail('BadValue', `${name} needs an array`);
  const patterns: RegExp[] = [];
  const keys = new Set<string>();
  for (const item of argument) {
    if (item instanceof BSONRegExp) patterns.push(toRegExp(item, undefined));
    else if (hasOperators(item)) fail('BadValue', `cannot nest $ under ${name}`);
    else keys.add(keyOf(item));
  }
  return (values) =>
    candidates(values).some(
      (value) =>
        keys.has(keyOf(value)) ||
        (typeof value === 'string' && patterns.some((pattern) => pattern.test(value))),
    );
}

export function toRegExp(argument: unknown, options: unknown): RegExp {
  if (typeof argument !== 'string' && !(argument instanceof BSONRegExp))
    fail('BadValue', '$regex has to be a string');
  let pattern = typeof argument === 'string' ? argument : argument.pattern;
  let flags = typeof options === 'string' ? options : typeof argument === 'string' ? '' : argument.options;
  if (pattern.startsWith('(?i)')) {
    pattern = pattern.slice(4);
    flags += 'i';
  }
  for (const flag of flags) {
    if (flag === 'x') notImplemented('the regular expression option x');
    if (!'imsu'.includes(flag)) fail(51108, `invalid flag in regex options: ${flag}`);
  }
  try {
    return new RegExp(pattern, [...new Set(`${flags}u`)].join(''));
  } catch {
    try {
      return new RegExp(pattern, [...new Set(flags)].join('').replace('u', ''));
    } catch (error) {
      return fail(51091, `Regular expression is invalid: ${(error as Error).message}`);
    }
  }
}

function all(argument: unknown): ValuesTest {
  if (!Array.isArray(argument)) fail('BadValue', '$all needs an array');
  if (!argument.length) return () => false;
  const tests = argument.map((item): ValuesTest => {
    if (isPlain(item) && '$elemMatch' in item) return compileCondition(item);
    if (hasOperators(item)) fail('BadValue', 'no $ expressions in $all');
    return compileCondition(item);
  });
  return (values) => tests.every((test) => test(values));
}

function element(argument: unknown): (item: unknown) => boolean {
  if (!isPlain(argument)) fail('BadValue', '$elemMatch needs an Object');
  const first = Object.keys(argument)[0];
  if (hasOperators(argument) && !['$and', '$or', '$nor', '$expr'].includes(first!)) {
    const test = compileCondition(argument);
    return (item) => test([item]);
  }
  const test = compileFilter(argument);
  return (item) => isPlain(item) && test(item);
}

const types: Record<string, (value: unknown) => boolean> = {
  double: (value) => typeof value === 'number' && !isInt(value),
  string: (value) => typeof value === 'string',
  object: isPlain,
  array: Array.isArray,
  binData: (value) => value instanceof Binary,
  objectId: (value) => value instanceof ObjectId,
  bool: (value) => typeof value === 'boolean',
  date: (value) => value instanceof Date,
  null: (value) => value === null,
  regex: (value) => value instanceof BSONRegExp,
  int: isInt,
  timestamp: (value) => value instanceof Timestamp,
  long: (value) => value instanceof Long,
  decimal: (value) => value instanceof Decimal128,
  number: (value) => typeof value === 'number' || value instanceof Long || value instanceof Decimal128,
};

const typeNumbers: Record<number, string> = {
  ...{ 1: 'double', 2: 'string', 3: 'object', 4: 'array', 5: 'binData', 7: 'objectId', 8: 'bool', 9: 'date' },
  ...{ 10: 'null', 11: 'regex', 16: 'int', 17: 'timestamp', 18: 'long', 19: 'decimal' },
};

function isInt(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value;
}

/** Is the value of that BSON type? Numbers come from JavaScript, where 1.0 is an int. */
export function typeTest(name: unknown): (value: unknown) => boolean {
  const test = types[typeof name === 'number' ? (typeNumbers[name] ?? '') : String(name)];
  if (!test) fail('BadValue', `Unknown type name alias: ${String(name)}`);
  return test;
}

function typed(argument: unknown): ValuesTest {
  const tests = (Array.isArray(argument) ? argument : [argument]).map(typeTest);
  if (!tests.length) fail('FailedToParse', '$type must match at least one type');
  return (values) => candidates(values).some((value) => tests.some((test) => test(value)));
}
