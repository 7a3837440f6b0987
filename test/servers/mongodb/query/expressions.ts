import { Binary, calculateObjectSize } from 'bson';
import { Context, evalExpr, ProcessingMode } from 'mingo/core';
import { type Iterator, Lazy } from 'mingo/lazy';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as stages from 'mingo/operators/pipeline';
import * as projections from 'mingo/operators/projection';
import * as queries from 'mingo/operators/query';
import type { AnyObject, Options } from 'mingo/types';
import { fail, notImplemented } from '../errors.js';
import { compileFilter } from './match.js';
import { metaOf, withMeta } from './meta.js';
import { compileSort } from './sort.js';
import { binaryHex, type Doc, isPlain } from './values.js';

// mingo compares BSON classes by `toString`, which for a Binary decodes UTF-8 and so calls different
// vectors equal. This process is a server of its own, so the class can be put right here.
Binary.prototype.toString = function comparable(this: Binary, encoding?: string): string {
  return encoding === 'base64' ? Buffer.from(this.value()).toString('base64') : binaryHex(this);
};

type Stage = (input: Iterator, argument: never, options: Options) => Iterator;

/** mingo's stages, with matching and sorting by our own BSON order and scores kept through `$project`. */
const ours: Record<string, Stage> = {
  $match: (input, filter: Doc, options) =>
    input.filter(compileFilter(filter, { expressions: options }) as never),
  $sort: (input, spec: Doc) =>
    input.transform((rows) => Lazy(compileSort(spec).sort(rows as Doc[])) as never),
  $project: (input, spec: Doc, options) => {
    let source: Doc = {};
    const seen = input.map((row) => {
      source = row as Doc;
      return row;
    });
    const projected = stages.$project(seen, spec as never, options);
    return projected.map((row) => withMeta(row as Doc, metaOf(source)));
  },
};

/** What mingo lacks. */
const more = {
  $bsonSize(document: AnyObject, argument: unknown, options: Options): number | null {
    const value = evalExpr(document, argument, options);
    if (value === null || value === undefined) return null;
    if (!isPlain(value)) fail(31393, '$bsonSize requires a document input');
    return calculateObjectSize(value);
  },
};

const context = Context.init({
  accumulator: accumulators as never,
  expression: { ...expressions, ...more, $meta: metaExpression } as never,
  pipeline: { ...stages, ...ours } as never,
  projection: projections as never,
  query: queries as never,
});

export function expressionOptions(extra: Partial<Options> = {}): Options {
  return {
    idKey: '_id',
    processingMode: ProcessingMode.CLONE_OFF,
    useStrictMode: true,
    scriptEnabled: false,
    failOnError: true,
    context,
    ...extra,
  };
}

function metaExpression(document: Doc, name: string): unknown {
  return metaOf(document)?.[name as 'textScore'];
}

const metaNames = new Set(['textScore', 'searchScore', 'vectorSearchScore']);

export function checkMetaName(name: unknown): void {
  if (metaNames.has(String(name))) return;
  fail(17308, `Unsupported argument to $meta: ${String(name)}`);
}

const scripted = new Set(['$function', '$accumulator', '$where']);

/** Refuses an operator nobody knows, wherever it stands, even if no document would ever reach it. */
export function checkExpression(expression: unknown): void {
  if (Array.isArray(expression)) {
    for (const item of expression) checkExpression(item);
    return;
  }
  if (!isPlain(expression)) return;
  const keys = Object.keys(expression);
  const operator = keys.find((key) => key.startsWith('$'));
  if (!operator) {
    for (const key of keys) checkExpression(expression[key]);
    return;
  }
  if (keys.length > 1)
    fail(15983, `An object representing an expression must have exactly one field: ${keys.join(', ')}`);
  if (operator === '$literal') return;
  if (operator === '$meta') {
    checkMetaName(expression.$meta);
    return;
  }
  if (scripted.has(operator)) notImplemented(operator);
  if (!(operator in expressions) && !(operator in more) && !(operator in accumulators))
    fail('InvalidPipelineOperator', `Unrecognized expression '${operator}'`);
  checkExpression(expression[operator]);
}

export function isAccumulator(name: string): boolean {
  return name in accumulators && name !== '$accumulator';
}

/** `$expr` as a test. */
export function truthyExpression(
  expression: unknown,
  options = expressionOptions(),
): (document: Doc) => boolean {
  checkExpression(expression);
  return (document) => {
    const value = evalExpr(document as AnyObject, expression, options);
    return value !== false && value !== null && value !== undefined && value !== 0;
  };
}
