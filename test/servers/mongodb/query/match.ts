import { BSONRegExp } from 'bson';
import type { Options } from 'mingo/types';
import { fail, notImplemented } from '../errors.js';
import { truthyExpression } from './expressions.js';
import { compileOperator } from './operators.js';
import { valuesAt } from './path.js';
import { compileSchema } from './schema.js';
import { type Doc, isPlain } from './values.js';

export type Predicate = (document: Doc) => boolean;

export interface MatchOptions {
  /** `$text` was answered by the text index, which chose the documents already. */
  textAnswered?: boolean;
  /** The variables of the pipeline a `$match` stands in, for `$expr`. */
  expressions?: Options;
}

/** A query as a function. Everything unknown in it is refused when it is compiled, not when it is run. */
export function compileFilter(filter: unknown, options: MatchOptions = {}): Predicate {
  if (!isPlain(filter)) fail('TypeMismatch', 'the query must be an object');
  const tests: Predicate[] = [];
  for (const [key, value] of Object.entries(filter)) {
    if (key.startsWith('$')) {
      const test = topLevel(key, value, options);
      if (test) tests.push(test);
    } else {
      tests.push(fieldTest(key, value));
    }
  }
  if (tests.length === 1) return tests[0]!;
  return (document) => tests.every((test) => test(document));
}

function topLevel(key: string, value: unknown, options: MatchOptions): Predicate | undefined {
  switch (key) {
    case '$and': {
      const parts = list(key, value).map((part) => compileFilter(part, options));
      return (document) => parts.every((part) => part(document));
    }
    case '$or': {
      const parts = list(key, value).map((part) => compileFilter(part, { expressions: options.expressions }));
      return (document) => parts.some((part) => part(document));
    }
    case '$nor': {
      const parts = list(key, value).map((part) => compileFilter(part, { expressions: options.expressions }));
      return (document) => !parts.some((part) => part(document));
    }
    case '$expr':
      return truthyExpression(value, options.expressions);
    case '$jsonSchema':
      return compileSchema(value);
    case '$comment':
      return;
    case '$text':
      if (options.textAnswered) return;
      return fail('BadValue', '$text is only allowed at the top of a query, or in a $and there');
    case '$where':
    case '$sampleRate':
    case '$alwaysTrue':
    case '$alwaysFalse':
      return notImplemented(key);
    default:
      return fail(
        'BadValue',
        `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function list(key: string, value: unknown): Doc[] {
  if (!Array.isArray(value)) fail('BadValue', `${key} must be an array`);
  if (!value.length) fail('BadValue', `${key} argument must be a non-empty array`);
  return value as Doc[];
}

export function hasOperators(value: unknown): value is Doc {
  if (!isPlain(value)) return false;
  const first = Object.keys(value)[0];
  return first?.startsWith('$') === true && first !== '$ref' && first !== '$id';
}

function fieldTest(path: string, condition: unknown): Predicate {
  const test = compileCondition(condition);
  return (document) => test(valuesAt(document, path));
}

export type ValuesTest = (values: unknown[]) => boolean;

/** What stands beside a field name: a value, a regular expression, or operators. */
export function compileCondition(condition: unknown): ValuesTest {
  if (condition instanceof BSONRegExp) return compileOperator('$regex', condition, {});
  if (!hasOperators(condition)) return compileOperator('$eq', condition, {});
  const tests: ValuesTest[] = [];
  for (const [name, argument] of Object.entries(condition)) {
    if (name === '$options') continue;
    if (name === '$comment') continue;
    tests.push(compileOperator(name, argument, condition));
  }
  if ('$options' in condition && !('$regex' in condition)) fail('BadValue', '$options needs a $regex');
  if (tests.length === 1) return tests[0]!;
  return (values) => tests.every((test) => test(values));
}
