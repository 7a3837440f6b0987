import type { Collection, JournalEntry } from '../collection.js';
import { hasOperators } from '../query/match.js';
import { applyUpdate, type Update, type UpdateOptions } from '../query/update.js';
import { clone, type Doc, isPlain } from '../query/values.js';
import { insertOne } from './insert.js';

/** The document an upsert makes: what the query demands to be equal, then the update. */
export function upsert(
  collection: Collection,
  query: Doc,
  update: Update,
  options: UpdateOptions,
  log: JournalEntry[],
  bypass: boolean,
): Doc {
  const start: Doc = {};
  equalities(query, start);
  const replacement = !Array.isArray(update) && !Object.keys(update)[0]?.startsWith('$');
  const from = replacement ? (start._id === undefined ? {} : { _id: start._id }) : start;
  return insertOne(collection, applyUpdate(from, update, { ...options, inserting: true }), log, bypass);
}

function equalities(query: Doc, into: Doc): void {
  for (const [path, condition] of Object.entries(query)) {
    if (path === '$and') for (const part of condition as Doc[]) equalities(part, into);
    if (path === '$or' && (condition as Doc[]).length === 1) equalities((condition as Doc[])[0]!, into);
    if (path.startsWith('$')) continue;
    const value = equality(condition);
    if (value !== undefined) put(into, path.split('.'), clone(value));
  }
}

function equality(condition: unknown): unknown {
  if (!hasOperators(condition)) return condition;
  if ('$eq' in condition) return condition.$eq;
  const one = condition.$in ?? condition.$all;
  return Array.isArray(one) && one.length === 1 ? one[0] : undefined;
}

function put(into: Doc, path: string[], value: unknown): void {
  let holder = into;
  for (const part of path.slice(0, -1)) {
    if (!isPlain(holder[part])) holder[part] = {};
    holder = holder[part] as Doc;
  }
  holder[path.at(-1)!] = value;
}
