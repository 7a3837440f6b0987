import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { copyStore, whatToCopy } from '../copying.js';
import { createLogger } from '../logger.js';
import { command, harmless, paint, print } from './output.js';

type Counts = ReturnType<typeof whatToCopy>;
type Part = keyof Counts;

const names: [part: Part, name: string][] = [
  ['entries', 'messages, replies, facts and turns'],
  ['files', 'files'],
  ['notes', 'notes'],
  ['records', 'records'],
  ['tokens', 'tokens'],
  ['olderAudit', 'audit rows of older hubs'],
  ['audit', 'audit rows'],
];
/** So many of a part between two lines. */
const step = 10_000;

/** Only with `yes` is anything written; without it, what there is to copy is told. */
export async function copy(config: Config, { yes }: { yes?: boolean }): Promise<void> {
  const { dataDir } = config;
  if (!yes) {
    tellCounts(whatToCopy(config));
    print(paint.dim('Nothing was copied. Stop the hub; the same command with --yes copies.'));
    return;
  }
  const told = new Map<Part, number>();
  const copied = await copyStore(config, createLogger(config.logLevel), {
    found: tellCounts,
    done(part, count) {
      if (count - (told.get(part) ?? 0) < step) return;
      told.set(part, count);
      print(paint.dim(`${count.toLocaleString('en')} ${nameOf(part)} copied`));
    },
  });
  if (!copied) {
    print(`The data of ${harmless(dataDir)} was copied before: ${join(dataDir, 'moved.json')} says when.`);
    return;
  }
  print(`Copied. A hub on ${harmless(dataDir)} alone starts no more, as moved.json there says.`);
  for (const [file, setting] of [
    ['secret-key', 'CARRIER_SECRET_KEY'],
    ['callback-secret', 'CARRIER_CALLBACK_SECRET'],
  ] as const)
    if (existsSync(join(dataDir, file)))
      print(
        `Set ${setting}_FILE to ${harmless(join(dataDir, file))} in all hubs, where ${setting} is not set.`,
      );
  print(`Words and vectors are indexed anew. Start the hub with the same settings: ${command('start')}`);
}

function tellCounts(counts: Counts): void {
  for (const [part, name] of names)
    if (counts[part] > 0) print(`${counts[part].toLocaleString('en').padStart(9)} ${name}`);
}

function nameOf(part: Part): string {
  return names.find(([one]) => one === part)![1];
}
