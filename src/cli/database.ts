import { databaseCare } from '../carrier.js';
import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import { createLogger } from '../logger.js';
import { harmless, paint, print } from './output.js';
import { table as lines } from './table.js';

type Database = Awaited<ReturnType<typeof databaseCare>>;
type Overview = Awaited<ReturnType<Database['overview']>>;
type Share = Overview['memories'][number];

/** Only with `yes` is anything changed; without it, what would be is told. */
interface Consent {
  yes?: boolean;
}

/** What lies in the database, where, of whom and of when, and what is half done. */
export async function show(config: Config): Promise<void> {
  const database = await open(config);
  const { collections, memories, archive, moving, unsharded } = await database.overview();
  table(
    ['collection', 'documents', 'data', 'on disk', 'indexes', ...(unsharded ? ['sharded by'] : [])],
    collections.map(({ name, documents, bytes, onDisk, indexes, shardKey }) => [
      ...[name, count(documents), size(bytes), size(onDisk), size(indexes)],
      ...(unsharded ? [shardKey ? shown(shardKey) : '-'] : []),
    ]),
  );
  if (memories.length + archive.length > 0) print();
  shares({ memories, archive });
  for (const line of unfinished({ moving, unsharded }, Object.keys(database.shardKeys).length)) print(line);
}

/** Of each agent all, and month by month, in rooms and in the archive. */
function shares(found: Pick<Overview, 'memories' | 'archive'>): void {
  const all = [...found.memories, ...found.archive];
  if (all.length === 0) return;
  const rows = [...new Set(all.map(({ agentId }) => agentId))].sort().flatMap((agentId) => {
    const [here, archived] = [found.memories, found.archive].map((shares) =>
      shares.filter((share) => share.agentId === agentId),
    ) as [Share[], Share[]];
    const months = [...new Set([...here, ...archived].map(({ month }) => month))].sort();
    const row = (name: string, wanted: (share: Share) => boolean) => [
      ...[agentId, name, ...sums(here.filter(wanted)), ...sums(archived.filter(wanted))],
    ];
    const each = months.map((month) => row(month, (share) => share.month === month));
    return months.length > 1 ? [row('all', () => true), ...each] : each;
  });
  table(['agent', 'month', 'in rooms', 'data', 'archived', 'data'], rows);
}

function sums(shares: Share[]): [documents: string, data: string] {
  if (shares.length === 0) return ['0', '0 bytes'];
  const documents = shares.reduce((sum, share) => sum + share.documents, 0);
  const bytes = shares.reduce<number | null>(
    (sum, share) => (sum === null || share.bytes === null ? null : sum + share.bytes),
    0,
  );
  return [count(documents), size(bytes)];
}

/** What a run that was cut off has left, and which command goes on. */
function unfinished({ moving, unsharded }: Pick<Overview, 'moving' | 'unsharded'>, all: number): string[] {
  const lines: string[] = [];
  if (moving > 0)
    lines.push(
      `An archiving is at work, or was cut off (${count(moving)} copied): "carrier db archive" goes on.`,
    );
  if (unsharded?.length === all)
    lines.push('This is a cluster, and nothing is sharded: see "carrier db shard".');
  else if (unsharded && unsharded.length > 0)
    lines.push(`Not sharded yet: ${unsharded.join(', ')}. "carrier db shard --yes" goes on.`);
  return lines;
}

/** Moves finished messages and turns of old months out of what rooms and searches read. */
export async function archive(
  config: Config,
  { before, agent: agentId, yes }: Consent & { before: string; agent?: string },
): Promise<void> {
  const request = { before: monthOf(before), agentId };
  const database = await open(config);
  const what = `from before ${before}${agentId === undefined ? '' : ` of ${harmless(agentId)}`}`;
  if (!yes) {
    const found = await database.archivable(request);
    const total = found.reduce((sum, { documents }) => sum + documents, 0);
    print(`${amount(total)} ${what} would move to the collection "archive" of "${database.name}".`);
    print('Rooms no longer show them, and no search finds them; facts, summaries and documents stay.');
    if (total === 0) return;
    table(
      ['month', 'agent', 'to move', 'data'],
      found.map((share) => [share.month, share.agentId, ...sums([share])]),
    );
    print(paint.dim('Nothing was changed. The same command with --yes moves them.'));
    return;
  }
  let told = 0;
  const moved = await database.archive(request, (soFar, month) => {
    if (soFar - told < 10_000) return;
    told = soFar;
    print(paint.dim(`${count(soFar)} moved, up to ${month}`));
  });
  print(`${amount(moved)} ${what} moved to the collection "archive" of "${database.name}".`);
}

/** Spreads the collections over a sharded cluster. */
export async function shard(config: Config, { yes }: Consent): Promise<void> {
  const database = await open(config);
  if (yes) {
    await database.shard();
    print(`"${database.name}" is sharded. Start the hubs again: they see it when they start.`);
    return;
  }
  await database.requireCluster();
  print(`These collections of "${database.name}" would be sharded, which cannot be taken back in place:`);
  for (const [collection, key] of Object.entries(database.shardKeys))
    print(`  ${collection.padEnd(10)} by ${shown(key)}`);
  print('Make a backup and stop all hubs first: those that run would go on with the keys of before.');
  print(paint.dim('Nothing was changed. The same command with --yes does it, also when it was cut off.'));
}

function open(config: Config): Promise<Database> {
  return databaseCare(config, createLogger(config.logLevel));
}

function table(head: string[], body: string[][]): void {
  const [first = '', ...rows] = lines(head, body);
  print(paint.dim(first));
  for (const row of rows) print(row);
}

/** A shard key, as people write it. */
function shown(key: Record<string, unknown>): string {
  const fields = Object.entries(key).map(([field, kind]) =>
    kind === 'hashed' ? `a hash of ${field}` : field,
  );
  return fields.join(', ') || 'what this user may not see';
}

/** The first moment of a month, in UTC as ids and the archive have it. */
function monthOf(text: string): number {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  const time = Date.UTC(Number(year), Number(month) - 1);
  if (Number.isNaN(time)) throw refusal(`takes a month, such as 2026-01, not "${text}"`);
  if (time > Date.now()) throw refusal(`${text} has not begun; take this month or an earlier one`);
  return time;
}

function refusal(problem: string): FatalError {
  return new FatalError('config_invalid', `--before ${problem}.`, { field: '--before' });
}

function amount(total: number): string {
  return `${count(total)} ${total === 1 ? 'message or turn' : 'messages and turns'}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function size(bytes: number | null): string {
  if (bytes === null) return '?';
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1_000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${units[power]}`;
}
