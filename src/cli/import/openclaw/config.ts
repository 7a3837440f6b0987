/** OpenClaw's configuration: JSON5, in as many files as `$include` names. */

import { dirname, join } from 'node:path';
import JSON5 from 'json5';
import { FatalError } from '../../../errors.js';
import { beginningOf } from '../discreet.js';
import { type Fields, isFields } from '../fields.js';
import { textOf, within } from '../source.js';
import type { OpenFolder } from './folder.js';

/** As OpenClaw has it. */
const mostLevels = 10;
/** Files that include one another several times are read as often. */
const mostFiles = 200;
const deepest = 60;

/** @throws FatalError `invalid_field` that names the file: with half of it, an agent would be let out of its bounds */
export async function readOpenConfig(folder: OpenFolder): Promise<Fields> {
  const { configFile, state } = folder;
  if (configFile === null) return {};
  let files = 0;
  const refuse = (file: string, problem: string) =>
    new FatalError('invalid_field', `${folder.nameOf(file)} ${problem}.`, { field: 'source' });

  async function read(file: string, above: string[]): Promise<unknown> {
    if (above.includes(file)) throw refuse(file, 'includes itself, by way of others or not');
    if (above.length > mostLevels) throw refuse(file, `is included more than ${mostLevels} levels deep`);
    if (++files > mostFiles) throw refuse(file, `is one of more than ${mostFiles} that are included`);
    const text = await textOf(file);
    let value: unknown;
    try {
      value = JSON5.parse(text.replace(/^\uFEFF/, ''));
    } catch (error) {
      // The parser's words quote what is there, which may be a secret.
      const { lineNumber, columnNumber } = error as { lineNumber?: number; columnNumber?: number };
      throw refuse(file, `is no JSON5: look at line ${lineNumber ?? '?'}, column ${columnNumber ?? '?'}`);
    }
    return whole(value, file, [...above, file], 0);
  }

  /** A value with what it includes. */
  async function whole(value: unknown, file: string, above: string[], depth: number): Promise<unknown> {
    if (depth > deepest) throw refuse(file, `is more than ${deepest} levels deep`);
    if (Array.isArray(value)) {
      const items = [];
      for (const item of value) items.push(await whole(item, file, above, depth + 1));
      return items;
    }
    if (!isFields(value)) return value;
    let merged: unknown = {};
    const { $include } = value;
    for (const named of $include === undefined ? [] : Array.isArray($include) ? $include : [$include]) {
      if (typeof named !== 'string') throw refuse(file, 'has an `$include` that is no path');
      const place = await within(state, join(dirname(file), named));
      if (place === null)
        throw refuse(
          file,
          `includes ${beginningOf(named, 200)}, which is not there, or lies outside of the folder`,
        );
      merged = mergedOf(merged, await read(place, above));
    }
    const own: Fields = {};
    for (const [key, one] of Object.entries(value))
      if (key !== '$include' && !isUnsafe(key)) own[key] = await whole(one, file, above, depth + 1);
    return mergedOf(merged, own);
  }

  const value = await read(configFile, []);
  if (!isFields(value)) throw refuse(configFile, 'holds no object');
  return value;
}

/** Objects are joined, lists follow one another, and of anything else the later one counts. */
function mergedOf(first: unknown, later: unknown): unknown {
  if (Array.isArray(first) && Array.isArray(later)) return [...first, ...later];
  if (!isFields(first) || !isFields(later)) return later;
  const merged: Fields = { ...first };
  for (const [key, value] of Object.entries(later))
    merged[key] = Object.hasOwn(merged, key) ? mergedOf(merged[key], value) : value;
  return merged;
}

function isUnsafe(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}
