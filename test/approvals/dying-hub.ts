/** A hub that kills itself at the point that KILL_AT names, once: the file DIED tells the next process that it has. */
import { existsSync, writeFileSync } from 'node:fs';
import { readConfig } from '../../dist/src/config.js';
import { startHub } from '../../dist/src/hub.js';
import { createLogger } from '../../dist/src/logger.js';
import { LibsqlRecords } from '../../dist/src/store/libsql/records.js';
import { LibsqlTurns } from '../../dist/src/store/libsql/turns.js';
import type { RecordStore } from '../../src/store/record-store.js';
import type { TurnStore } from '../../src/store/turn-store.js';

const { KILL_AT = '', DIED = '', LATER_MS = '0', ...env } = process.env;

function die(point: string): void {
  if (KILL_AT !== point || existsSync(DIED)) return;
  writeFileSync(DIED, point);
  process.kill(process.pid, 'SIGKILL');
}

/** The process ends before what comes next. */
const never = () => new Promise<never>(() => {});

const turns = LibsqlTurns.prototype as TurnStore;
const { commit, decide, checkpoint } = turns;
turns.commit = async function (what) {
  const isCard = what.outbound?.memory.content.buttons?.some(({ label }) => label === 'Approve');
  if (isCard) die('before the card');
  return commit.call(this, what);
};
turns.decide = async function (turnId, trigger) {
  const decided = await decide.call(this, turnId, trigger);
  die('between decision and call');
  return decided;
};
turns.checkpoint = async function (what) {
  const actions = what.steps.flatMap((step) => step.actions);
  if (actions.some(({ state, approved }) => approved && state === 'done')) {
    die('between call and record');
    if (KILL_AT === 'between call and record' && !existsSync(DIED)) await never();
  }
  return checkpoint.call(this, what);
};
const records = LibsqlRecords.prototype as RecordStore;
const { put } = records;
records.put = async function (record, version) {
  const { state } = (record.value ?? {}) as { state?: string };
  const settles = record.kind === 'approval' && state === 'approved';
  if (settles) die('between press and decision');
  const done = await put.call(this, record, version);
  if (settles) die('right after the decision');
  return done;
};

const hub = await startHub(readConfig(env), createLogger('info'), {
  now: () => Date.now() + Number(LATER_MS),
});
process.stdout.write(`ready at ${hub.url}\n`);
process.on('SIGTERM', () => void hub.stop().then(() => process.exit(0)));
