import { BSONRegExp } from 'bson';
import { hasOperators } from './query/match.js';
import { type Doc, isPlain, keyOf, rank, rankOf } from './query/values.js';

/** An end of a range, encoded. */
interface Bound {
  key: string;
  inclusive: boolean;
}

/** What a query demands of one field, as far as an index can use it. All of it is tested again afterwards. */
export interface Bounds {
  /** The field equals one of these. */
  equals?: unknown[];
  low?: Bound;
  high?: Bound;
  exists?: true;
}

/** The conditions that every matching document meets, by field. */
export function boundsOf(filter: Doc, into = new Map<string, Bounds>()): Map<string, Bounds> {
  for (const [key, value] of Object.entries(filter)) {
    if (key === '$and') for (const part of value as Doc[]) boundsOf(part, into);
    if (key.startsWith('$')) continue;
    const bounds = into.get(key) ?? {};
    into.set(key, bounds);
    narrow(bounds, value);
  }
  return into;
}

function narrow(bounds: Bounds, condition: unknown): void {
  if (!hasOperators(condition)) {
    if (usable(condition)) bounds.equals ??= [condition];
    return;
  }
  for (const [operator, argument] of Object.entries(condition)) {
    if (operator === '$exists' && argument) bounds.exists = true;
    if (operator === '$in' && Array.isArray(argument) && argument.every(usable)) bounds.equals ??= argument;
    if (!usable(argument)) continue;
    if (operator === '$eq') bounds.equals ??= [argument];
    const type = rankOf(argument);
    if (type === rank.nothing || type === rank.minKey || type === rank.maxKey) continue;
    const key = keyOf(argument);
    if (operator === '$gt' || operator === '$gte') bounds.low ??= { key, inclusive: operator === '$gte' };
    if (operator === '$lt' || operator === '$lte') bounds.high ??= { key, inclusive: operator === '$lte' };
  }
}

/** Arrays match in two ways and regular expressions in many: no index for them. */
function usable(value: unknown): boolean {
  return (
    !Array.isArray(value) && !(value instanceof BSONRegExp) && value !== undefined && !isOperatorDoc(value)
  );
}

function isOperatorDoc(value: unknown): boolean {
  return isPlain(value) && hasOperators(value);
}
