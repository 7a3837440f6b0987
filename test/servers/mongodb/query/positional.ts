import { fail } from '../errors.js';
import { compileCondition, compileFilter, hasOperators, type Predicate } from './match.js';
import { type Doc, isPlain } from './values.js';

/** The paths an update path stands for in this document: `$`, `$[]` and `$[name]` become positions. */
export function concretePaths(
  document: Doc,
  path: string,
  filters: Map<string, Predicate>,
  query: Doc | undefined,
): string[][] {
  let paths: string[][] = [[]];
  for (const part of path.split('.')) {
    if (!part.startsWith('$')) {
      for (const one of paths) one.push(part);
      continue;
    }
    paths = paths.flatMap((before) =>
      positions(document, before, part, path, filters, query).map((at) => [...before, String(at)]),
    );
  }
  return paths;
}

function positions(
  document: Doc,
  before: string[],
  part: string,
  path: string,
  filters: Map<string, Predicate>,
  query: Doc | undefined,
): number[] {
  const array = at(document, before);
  if (part === '$') {
    const found = Array.isArray(array) ? matched(array, before.join('.'), query ?? {}) : -1;
    if (found < 0) fail('BadValue', 'The positional operator did not find the match needed from the query.');
    return [found];
  }
  if (!Array.isArray(array)) {
    const field = before.join('.');
    return fail('BadValue', `Cannot apply array updates to non-array element ${field} of '${path}'`);
  }
  if (part === '$[]') return [...array.keys()];
  const name = part.slice(2, -1);
  const test = filters.get(name)!;
  return [...array.keys()].filter((i) => test({ [name]: array[i] }));
}

function at(document: unknown, parts: string[]): unknown {
  let value = document;
  for (const part of parts) value = (value as Doc | undefined)?.[part];
  return value;
}

/** The first item that the query's condition on this array holds for. */
function matched(array: unknown[], field: string, query: Doc): number {
  for (const [key, condition] of Object.entries(query)) {
    if (key === '$and') {
      for (const part of condition as Doc[]) {
        const found = matched(array, field, part);
        if (found >= 0) return found;
      }
    } else if (key === field) {
      const test =
        hasOperators(condition) && '$elemMatch' in condition
          ? elementTest(condition.$elemMatch as Doc)
          : itemTest(condition);
      return array.findIndex(test);
    } else if (key.startsWith(`${field}.`)) {
      const test = compileFilter({ [key.slice(field.length + 1)]: condition });
      return array.findIndex((item) => isPlain(item) && test(item));
    }
  }
  return -1;
}

function itemTest(condition: unknown): (item: unknown) => boolean {
  const test = compileCondition(condition);
  return (item) => test([item]);
}

function elementTest(condition: Doc): (item: unknown) => boolean {
  if (hasOperators(condition)) return itemTest(condition);
  const test = compileFilter(condition);
  return (item) => isPlain(item) && test(item);
}
