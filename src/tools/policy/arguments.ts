/** Whether the arguments of a call are as a rule says. */
import { isDeepStrictEqual } from 'node:util';
import type { Constraint } from '../../core/policy-rules.js';
import { looksOf, matchesAny } from './pattern.js';

/**
 * - **severe**: the rule denies or asks. Where several values lie at a path, one is enough; one that cannot be compared, such
 *   as a text where a number was meant, counts as one that is meant; texts match when they look the same; a list stands for
 *   all that is in it, and one thing for a list of it.
 * - **mild**: the rule allows. All values must be as it says.
 *
 * So a call never gets through by being written oddly. What is not there matches nothing but `present: false`; `null` is
 * neither there nor not there, whichever is worse.
 */
export type Bearing = 'severe' | 'mild';

export function argumentsMatch(
  constraints: Record<string, Constraint>,
  parameters: unknown,
  bearing: Bearing,
): boolean {
  return Object.entries(constraints).every(([path, constraint]) =>
    holds(constraint, valuesAt(parameters, partsOf(path), bearing === 'severe'), bearing),
  );
}

function holds(constraint: Constraint, values: unknown[], bearing: Bearing): boolean {
  const { present, ...more } = constraint;
  const severe = bearing === 'severe';
  const isNothing = values.every((value) => value === null);
  if (present === false) return (severe ? isNothing : values.length === 0) && Object.keys(more).length === 0;
  if (values.length === 0 || (present && !severe && isNothing)) return false;
  const fits = (value: unknown) => satisfies(more, value, bearing);
  return severe ? values.some(fits) : values.every(fits);
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

/** Loosely, the text `5` is the number 5, texts need only look the same, and a list or the like may be anything. */
function isSame(one: unknown, other: unknown, loosely: boolean): boolean {
  if (isDeepStrictEqual(one, other)) return true;
  if (!loosely) return false;
  if (typeof other === 'object') return other !== null;
  const [first, second] = [numberIn(one), numberIn(other)];
  if (first !== null && second !== null) return first === second;
  return looksOf(String(one)) === looksOf(String(other));
}

function numberIn(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || looksOf(value) === '') return null;
  const number = Number(looksOf(value));
  return Number.isFinite(number) ? number : null;
}

function partsOf(path: string): (string | number | '*')[] {
  return path.split('.').flatMap((part) => {
    const [name, ...indexes] = part.split(/[[\]]+/).filter((piece) => piece !== '');
    return [`.${name}`, ...indexes.map((index) => (index === '*' ? '*' : Number(index)))];
  });
}

/** All values that lie there. @param widely a list stands for what is in it, and one thing for a list of it */
function valuesAt(value: unknown, parts: (string | number)[], widely: boolean): unknown[] {
  const [part, ...rest] = parts;
  if (part === undefined) return value === undefined ? [] : [value];
  const inside = (one: unknown) => valuesAt(one, rest, widely);
  if (Array.isArray(value)) {
    if (part === '*') return value.flatMap(inside);
    if (typeof part === 'number') return part < value.length ? inside(value[part]) : [];
    return widely ? value.flatMap((one) => valuesAt(one, parts, widely)) : [];
  }
  if (part === '*' || typeof part === 'number') return widely ? inside(value) : [];
  if (typeof value !== 'object' || value === null) return [];
  const key = part.slice(1);
  return Object.hasOwn(value, key) ? inside((value as Record<string, unknown>)[key]) : [];
}
