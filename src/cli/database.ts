import { databaseCare } from '../carrier.js';
import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import { createLogger } from '../logger.js';
import { paint, print } from './output.js';

/** Only with `yes` is anything changed; without it, what would be is told. */
interface Consent {
  yes?: boolean;
}

/** Moves finished messages and turns of old months out of what rooms and searches read. */
export async function archive(config: Config, { before, yes }: Consent & { before: string }): Promise<void> {
  const time = monthOf(before);
  const database = await databaseCare(config, createLogger(config.logLevel));
  if (!yes) {
    const count = await database.countBefore(time);
    print(
      `${amount(count)} from before ${before} would move to the collection "archive" of "${database.name}".`,
    );
    print('Rooms no longer show them, and no search finds them; facts, summaries and documents stay.');
    if (count > 0) print(paint.dim('Nothing was changed. The same command with --yes moves them.'));
    return;
  }
  let told = 0;
  const moved = await database.archiveBefore(time, (soFar) => {
    if (soFar - told < 10_000) return;
    told = soFar;
    print(paint.dim(`${amount(soFar)} moved`));
  });
  print(`${amount(moved)} from before ${before} moved to the collection "archive" of "${database.name}".`);
}

/** Spreads the collections over a sharded cluster. */
export async function shard(config: Config, { yes }: Consent): Promise<void> {
  const database = await databaseCare(config, createLogger(config.logLevel));
  if (yes) {
    await database.shard();
    print(`"${database.name}" is sharded. Start the hubs again: they see it when they start.`);
    return;
  }
  await database.requireCluster();
  print(`These collections of "${database.name}" would be sharded, which cannot be taken back in place:`);
  for (const [collection, key] of Object.entries(database.shardKeys)) {
    print(`  ${collection.padEnd(10)} by ${shown(key)}`);
  }
  print('Make a backup and stop all hubs first: those that run would go on with the keys of before.');
  print(paint.dim('Nothing was changed. The same command with --yes does it.'));
}

/** A shard key, as people write it. */
function shown(key: Record<string, unknown>): string {
  return Object.entries(key)
    .map(([field, kind]) => (kind === 'hashed' ? `a hash of ${field}` : field))
    .join(', ');
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

function amount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'message or turn' : 'messages and turns'}`;
}
