/** The versions of one agent's definition, and which of them somebody has read. */
import { FatalError } from '../errors.js';
import type { Versioned } from '../store/record.js';
import type { StoredDefinition, Version } from './definition.js';

/** Versions that are kept of one agent. */
const mostVersions = 50;
/** Of all versions of one: the oldest go before the record is too large for the store. */
const mostBytes = 700_000;

export type Found = Versioned<StoredDefinition>;

/** What whoever changes something has read: one of these numbers must count still. `*`: whatever it is. */
export type Precondition = readonly number[] | '*' | undefined;

/** With one more version, which counts. */
export function withNewest(
  stored: StoredDefinition | null,
  version: Omit<Version, 'number'>,
  overridesFile: boolean,
): StoredDefinition {
  const { deleted: _, versions = [], ...rest } = stored ?? {};
  const number = Math.max(0, ...versions.map((one) => one.number)) + 1;
  const kept = [...versions, { ...version, number } as Version].slice(-mostVersions);
  while (kept.length > 1 && Buffer.byteLength(JSON.stringify(kept)) > mostBytes) kept.shift();
  return { ...rest, versions: kept, active: number, overridesFile };
}

/** @throws FatalError `version_conflict` */
export function checkVersion(id: string, { value }: Found, ifVersion: Precondition): void {
  if (ifVersion === undefined || ifVersion === '*' || ifVersion.includes(value.active)) return;
  throw versionConflict(id);
}

export function versionConflict(id: string): FatalError {
  return new FatalError(
    'version_conflict',
    `The agent "${id}" has been changed since it was read: read it again, and change that.`,
    { field: 'version' },
  );
}

/** @throws FatalError `not_found` */
export function requireVersion(
  id: string,
  { versions }: StoredDefinition,
  number: number,
  field: string,
): Version {
  const found = versions.find((one) => one.number === number);
  if (found) return found;
  const kept = versions.map((one) => one.number).join(', ');
  throw new FatalError('not_found', `No version ${number} of the agent "${id}" is kept; there are ${kept}.`, {
    field,
  });
}
