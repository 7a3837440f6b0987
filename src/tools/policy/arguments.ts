/** Whether the arguments of a call are as a rule says. */
import { isDeepStrictEqual } from 'node:util';
import type { Constraint } from '../../core/policy-rules.js';
import { matchesAny } from './pattern.js';

/**
 * - **severe**: the rule denies or asks. Where several values lie at a path, one is enough; one that cannot be compared, such
 *   as a text where a number was meant, counts as one that is meant; texts match whatever their case.
 * - **mild**: the rule allows. All values must be as it says.
 *
 * So a call never gets through by being written oddly. What is not there matches nothing but `present: false`.
 */
export type Bearing = 'severe' | 'mild';

export function argumentsMatch(
  constraints: Record<string, Constraint>,
  parameters: unknown,
  bearing: Bearing,
): boolean {
  return Object.entries(constraints).every(([path, constraint]) =>
    holds(constraint, valuesAt(parameters, partsOf(path)), bearing),
  );
}

function holds(constraint: Constraint, values: unknown[], bearing: Bearing): boolean {
  const { present, ...more } = constraint;
  if (present === false && values.length === 0) return Object.keys(more).length === 0;
  if (present === false || values.length === 0) return false;
  const fits = (value: unknown) => satisfies(more, value, bearing);
  return bearing === 'severe' ? values.some(fits) : values.every(fits);
}

function satisfies(said: Omit<Constraint, 'present'>, value: unknown, bearing: Bearing): boolean {
  const severe = bearing === 'severe';
  const equal = (one: unknown) => isSame(one, value, severe);
  const number = severe || typeof value !== 'string' ? numberIn(value) : null;
  const length = typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : null;
  const tests: (boolean | undefined)[] = [
    said.equals === undefined ? undefined : equal(said.equals),
    said.oneOf?.some(equal),
    // Of what is not meant: who is sure of it is let go, who is not, is not.
    said.noneOf && !said.noneOf.some((one) => isSame(one, value, !severe)),
    said.pattern === undefined ? undefined : fitsPattern(said.pattern, value, severe),
    said.least === undefined ? undefined : number === null ? severe : number >= said.least,
    said.most === undefined ? undefined : number === null ? severe : number <= said.most,
    said.shortest === undefined ? undefined : length === null ? severe : length >= said.shortest,
    said.longest === undefined ? undefined : length === null ? severe : length <= said.longest,
  ];
  return tests.every((test) => test !== false);
}

function fitsPattern(pattern: string | string[], value: unknown, severe: boolean): boolean {
  if (typeof value === 'object' && value !== null) return severe;
  return matchesAny(pattern, String(value), severe);
}

/** Loosely, the text `5` is the number 5, and case does not matter. */
function isSame(one: unknown, other: unknown, loosely: boolean): boolean {
  if (isDeepStrictEqual(one, other)) return true;
  if (!loosely || typeof other === 'object') return false;
  const [first, second] = [numberIn(one), numberIn(other)];
  if (first !== null && second !== null) return first === second;
  return String(one).toLowerCase() === String(other).toLowerCase();
}

function numberIn(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function partsOf(path: string): (string | number | '*')[] {
  return path.split('.').flatMap((part) => {
    const [name, ...indexes] = part.split(/[[\]]+/).filter((piece) => piece !== '');
    return [`.${name}`, ...indexes.map((index) => (index === '*' ? '*' : Number(index)))];
  });
}

/** All values that lie there. */
function valuesAt(value: unknown, [part, ...rest]: (string | number)[]): unknown[] {
  if (part === undefined) return value === undefined ? [] : [value];
  if (part === '*') return Array.isArray(value) ? value.flatMap((one) => valuesAt(one, rest)) : [];
  if (typeof value !== 'object' || value === null) return [];
  const key = typeof part === 'number' ? part : part.slice(1);
  if (typeof part === 'number' && !Array.isArray(value)) return [];
  return Object.hasOwn(value, key) ? valuesAt((value as Record<string | number, unknown>)[key], rest) : [];
}
