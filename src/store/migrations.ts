/**
 * Every change of stored data, oldest first, for all stores. How many of them a database has had is the number of its
 * schema. Append only: what a released hub wrote is opened for ever. `CONTRIBUTING.md` says how to add one.
 */
export interface Migration {
  name: string;
  /**
   * Whether code that does not know it may work on a database that has it, and neither loses nor repeats anything:
   * then an older process goes on, also when it restarts in the middle of a rolling upgrade. Otherwise it is refused.
   */
  compatible: boolean;
}

export const migrations = [
  { name: 'base', compatible: false },
  { name: 'notes', compatible: true },
  { name: 'retention', compatible: true },
  { name: 'audit', compatible: true },
  { name: 'turn-states', compatible: true },
  { name: 'file-owners', compatible: true },
  { name: 'deliveries', compatible: true },
  { name: 'words', compatible: true },
  { name: 'audit-chain', compatible: true },
  { name: 'records', compatible: true },
  // Nothing changes by it; where encryption is turned on, the database is for hubs that know it.
  { name: 'encryption', compatible: true },
] as const satisfies readonly Migration[];

export type MigrationName = (typeof migrations)[number]['name'];

/** The least schema that code must know to work on a database that has had these migrations. */
export function oldestFor(list: readonly Migration[]): number {
  return list.findLastIndex(({ compatible }) => !compatible) + 1;
}
