import { fail } from '../errors.js';
import { compileCondition, compileFilter, hasOperators } from './match.js';
import { isPosition } from './path.js';
import { compileSort } from './sort.js';
import { clone, compareValues, type Doc, isNumber, isPlain, sameValue, show, toNumber } from './values.js';

type Modifier = (document: Doc, path: string[], argument: unknown) => void;

/** The update operators. Each changes the (already copied) document in place. */
export const modifiers: Record<string, Modifier> = {
  $set: (document, path, value) => set(document, path, clone(value)),
  $setOnInsert: (document, path, value) => set(document, path, clone(value)),
  $unset: (document, path) => {
    const parent = reach(document, path);
    const last = path.at(-1)!;
    if (Array.isArray(parent)) {
      if (isPosition(last) && Number(last) < parent.length) parent[Number(last)] = null;
    } else if (isPlain(parent)) delete parent[last];
  },
  $inc: (document, path, by) => arithmetic('$inc', document, path, by, (a, b) => a + b, 0),
  $mul: (document, path, by) => arithmetic('$mul', document, path, by, (a, b) => a * b, 0),
  $min: (document, path, value) => extreme(document, path, value, (order) => order < 0),
  $max: (document, path, value) => extreme(document, path, value, (order) => order > 0),
  $rename: (document, path, to) => {
    if (typeof to !== 'string') fail('BadValue', `The 'to' field for $rename must be a string: ${show(to)}`);
    const value = get(document, path);
    if (value === undefined) return;
    modifiers.$unset!(document, path, '');
    set(document, to.split('.'), value);
  },
  $currentDate: (document, path, kind) => {
    if (isPlain(kind) && kind.$type !== 'date')
      fail('NotImplemented', 'this test server has $currentDate for dates only');
    set(document, path, new Date());
  },
  $push: push,
  $addToSet: (document, path, argument) => {
    const items = isPlain(argument) && '$each' in argument ? argument.$each : [argument];
    if (!Array.isArray(items)) fail('TypeMismatch', 'The argument to $each in $addToSet must be an array');
    const array = arrayAt('$addToSet', document, path);
    for (const item of items) if (!array.some((had) => sameValue(had, item))) array.push(clone(item));
  },
  $pull: (document, path, condition) => {
    const array = existingArray('$pull', document, path);
    if (!array) return;
    const test = pullTest(condition);
    array.splice(0, array.length, ...array.filter((item) => !test(item)));
  },
  $pullAll: (document, path, values) => {
    if (!Array.isArray(values)) fail('BadValue', '$pullAll requires an array argument');
    const array = existingArray('$pullAll', document, path);
    array?.splice(
      0,
      array.length,
      ...array.filter((item) => !values.some((value) => sameValue(item, value))),
    );
  },
  $pop: (document, path, end) => {
    if (end !== 1 && end !== -1) fail('FailedToParse', '$pop expects 1 or -1');
    const array = existingArray('$pop', document, path);
    if (end === 1) array?.pop();
    else array?.shift();
  },
};

function get(document: unknown, path: string[]): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return;
    value = (value as Doc)[part];
  }
  return value;
}

/** What holds the path's last part, if it is there. */
function reach(document: Doc, path: string[]): unknown {
  return get(document, path.slice(0, -1));
}

function set(document: Doc, path: string[], value: unknown): void {
  let holder: unknown = document;
  for (const [at, part] of path.entries()) {
    const last = at === path.length - 1;
    if (Array.isArray(holder)) {
      if (!isPosition(part)) notViable(holder, path, at);
      if (Number(part) > holder.length + 1_500_000)
        fail('BadValue', `can't backfill array to larger than 1500000 elements`);
      while (holder.length < Number(part)) holder.push(null);
    } else if (!isPlain(holder)) notViable(holder, path, at);
    const place = holder as Doc;
    if (last) place[part] = value;
    else if (place[part] === undefined) place[part] = {};
    holder = place[part];
  }
}

function notViable(value: unknown, path: string[], at: number): never {
  fail('PathNotViable', `Cannot create field '${path[at]}' in element {${path[at - 1]}: ${show(value)}}`);
}

function arithmetic(
  name: string,
  document: Doc,
  path: string[],
  by: unknown,
  compute: (a: number, b: number) => number,
  start: number,
): void {
  if (!isNumber(by))
    fail(
      'TypeMismatch',
      `Cannot ${name === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path.join('.')}: ${show(by)}}`,
    );
  const before = get(document, path);
  if (before !== undefined && !isNumber(before))
    fail(
      'TypeMismatch',
      `Cannot apply ${name} to a value of non-numeric type. {_id: ${show(document._id)}} has the field '${path.at(-1)}' of non-numeric type ${before === null ? 'null' : typeof before}`,
    );
  const result =
    before === undefined && name === '$inc'
      ? toNumber(by)
      : compute(before === undefined ? start : toNumber(before), toNumber(by));
  set(document, path, result);
}

function extreme(document: Doc, path: string[], value: unknown, better: (order: number) => boolean): void {
  const before = get(document, path);
  if (before === undefined || better(compareValues(value, before))) set(document, path, clone(value));
}

function existingArray(name: string, document: Doc, path: string[]): unknown[] | undefined {
  const value = get(document, path);
  if (value === undefined) return;
  if (!Array.isArray(value)) {
    if (name === '$pop')
      fail(
        'TypeMismatch',
        `Path '${path.join('.')}' contains an element of non-array type '${typeof value}'`,
      );
    fail('BadValue', `Cannot apply ${name} to a non-array value`);
  }
  return value;
}

function arrayAt(name: string, document: Doc, path: string[]): unknown[] {
  const value = get(document, path);
  if (Array.isArray(value)) return value;
  if (value !== undefined) {
    const message = `The field '${path.join('.')}' must be an array but is of type ${value === null ? 'null' : typeof value} in document {_id: ${show(document._id)}}`;
    fail('BadValue', name === '$push' ? message : `Cannot apply $addToSet to non-array field. ${message}`);
  }
  const array: unknown[] = [];
  set(document, path, array);
  return array;
}

const pushOptions = new Set(['$each', '$slice', '$sort', '$position']);

function push(document: Doc, path: string[], argument: unknown): void {
  const array = arrayAt('$push', document, path);
  if (!isPlain(argument) || !('$each' in argument)) {
    array.push(clone(argument));
    return;
  }
  const odd = Object.keys(argument).find((key) => !pushOptions.has(key));
  if (odd) fail('BadValue', `Unrecognized clause in $push: ${odd}`);
  const { $each, $slice, $sort, $position } = argument;
  if (!Array.isArray($each)) fail('BadValue', 'The argument to $each in $push must be an array');
  array.splice($position === undefined ? array.length : toNumber($position), 0, ...clone($each));
  if ($sort !== undefined) {
    const sorted = isPlain($sort)
      ? compileSort($sort).sort(array as Doc[])
      : [...array].sort((a, b) => compareValues(a, b) * toNumber($sort));
    array.splice(0, array.length, ...sorted);
  }
  if ($slice !== undefined) {
    const count = toNumber($slice);
    array.splice(0, array.length, ...(count < 0 ? array.slice(count) : array.slice(0, count)));
  }
}

function pullTest(condition: unknown): (item: unknown) => boolean {
  if (isPlain(condition) && !hasOperators(condition)) {
    const test = compileFilter(condition);
    return (item) => isPlain(item) && test(item);
  }
  const test = hasOperators(condition) ? compileCondition(condition) : compileCondition({ $eq: condition });
  return (item) => test([item]);
}
