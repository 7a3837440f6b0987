import type { OutputOf } from '../operations/operations.js';

/** What differs between two versions of a definition, a line each. */
export function differenceLines(differences: OutputOf<'agents.diff'>['differences']): string[] {
  return differences.map(({ field, before, after }) => `${field}: ${written(before)} -> ${written(after)}`);
}

const written = (value: unknown) => (value === undefined ? '(nothing)' : JSON.stringify(value));
