import { Aggregator } from 'mingo/aggregator';
import { fail, notImplemented } from '../errors.js';
import { checkExpression, expressionOptions } from './expressions.js';
import { compileFilter, type Predicate } from './match.js';
import { modifiers } from './modifiers.js';
import { concretePaths } from './positional.js';
import { clone, type Doc, isPlain, sameValue, show } from './values.js';

export type Update = Doc | Doc[];

export interface UpdateOptions {
  arrayFilters?: Doc[];
  /** The query that chose the document, for the positional `$`. */
  query?: Doc;
  /** The document is being made by an upsert. */
  inserting?: boolean;
}

const stages = new Set(['$set', '$addFields', '$unset', '$project', '$replaceRoot', '$replaceWith']);

export function isReplacement(update: unknown): boolean {
  return isPlain(update) && !Object.keys(update)[0]?.startsWith('$');
}

/** Refuses what is wrong with an update whatever the documents are. */
export function checkUpdate(update: unknown, options: UpdateOptions): void {
  if (Array.isArray(update)) {
    for (const stage of update as Doc[]) {
      const name = Object.keys(stage)[0] ?? '';
      if (!stages.has(name)) fail('InvalidOptions', `${name} is not allowed to be used within an update`);
      checkExpression(stage[name]);
    }
    if (options.arrayFilters?.length)
      fail('FailedToParse', 'arrayFilters may not be specified for pipeline-style updates');
    return;
  }
  if (!isPlain(update)) fail('FailedToParse', 'Update argument must be either an object or an array');
  if (isReplacement(update)) {
    const dollar = Object.keys(update).find((key) => key.startsWith('$'));
    if (dollar)
      fail(
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${dollar}' is not allowed in the context of an update's replacement document.`,
      );
    return;
  }
  const paths: string[] = [];
  for (const [name, argument] of Object.entries(update)) {
    if (name === '$bit') notImplemented('$bit');
    if (!modifiers[name])
      fail(
        'FailedToParse',
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    if (!isPlain(argument))
      fail(
        'FailedToParse',
        `Modifiers operate on fields but we found type ${typeof argument} instead. For example: {$mod: {<field>: ...}} not {${name}: ${show(argument)}}`,
      );
    for (const [path, value] of Object.entries(argument)) {
      checkPath(path);
      paths.push(path);
      if (name === '$rename') paths.push(String(value));
    }
  }
  checkConflicts(paths);
  checkFilters(paths, options.arrayFilters ?? []);
}

function checkPath(path: string): void {
  if (!path || path.split('.').includes(''))
    fail(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  const odd = path
    .split('.')
    .find((part) => part.startsWith('$') && part !== '$' && !/^\$\[\w*\]$/.test(part));
  if (odd)
    fail(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${odd}' in '${path}' is not allowed in the context of an update`,
    );
}

function checkConflicts(paths: string[]): void {
  const sorted = paths.map((path) => `${path}.`).sort();
  for (let i = 1; i < sorted.length; i++) {
    if (!sorted[i]!.startsWith(sorted[i - 1]!)) continue;
    const path = sorted[i]!.slice(0, -1);
    fail(
      'ConflictingUpdateOperators',
      `Updating the path '${path}' would create a conflict at '${sorted[i - 1]!.slice(0, -1)}'`,
    );
  }
}

function checkFilters(paths: string[], filters: Doc[]): void {
  const used = new Set(paths.flatMap((path) => [...path.matchAll(/\$\[(\w+)\]/g)].map((match) => match[1]!)));
  const given = filters.map((filter) => Object.keys(filter)[0]?.split('.')[0] ?? '');
  for (const name of used)
    if (!given.includes(name)) fail('BadValue', `No array filter found for identifier '${name}' in path`);
  for (const name of given)
    if (!used.has(name))
      fail('FailedToParse', `The array filter for identifier '${name}' was not used in the update`);
}

/** A changed copy; the document itself is never touched. */
export function applyUpdate(document: Doc, update: Update, options: UpdateOptions = {}): Doc {
  let changed: Doc;
  if (Array.isArray(update)) {
    changed = new Aggregator(update, expressionOptions()).run([clone(document)])[0] as Doc;
  } else if (isReplacement(update)) {
    const { _id, ...rest } = clone(update);
    const id = document._id ?? _id;
    if (_id !== undefined && document._id !== undefined && !sameValue(_id, document._id)) immutableId(_id);
    changed = id === undefined ? rest : { _id: id, ...rest };
  } else {
    changed = clone(document);
    modify(changed, update, options);
  }
  if (document._id !== undefined && !sameValue(document._id, changed._id)) immutableId(changed._id);
  return changed;
}

function immutableId(id: unknown): never {
  fail(
    'ImmutableField',
    `Performing an update on the path '_id' would modify the immutable field '_id' to ${show(id)}`,
  );
}

function modify(document: Doc, update: Doc, options: UpdateOptions): void {
  const filters = arrayTests(options.arrayFilters ?? []);
  for (const [name, argument] of Object.entries(update)) {
    if (name === '$setOnInsert' && !options.inserting) continue;
    const modifier = modifiers[name]!;
    for (const [path, value] of Object.entries(argument as Doc))
      for (const parts of concretePaths(document, path, filters, options.query))
        modifier(document, parts, value);
  }
}

function arrayTests(filters: Doc[]): Map<string, Predicate> {
  return new Map(
    filters.map((filter) => [Object.keys(filter)[0]!.split('.')[0]!, compileFilter(filter)] as const),
  );
}
