/**
 * `npm run chaos [-- --messages N --rooms N --seconds N --seed N --json FILE]`: keeps killing what the hub is made of
 * while people talk to it, and checks that they notice as little as was promised. Fails where a promise is broken.
 * `--cuts [--runs N]`: connections to the database are cut instead; every fifth run, it is away for a minute.
 * Both run on the server of `MONGODB_URL`, where it is set.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { noRedisServer } from '../support/redis.js';
import { type CutFigures, runCuts } from './cuts.js';
import { type ChaosOptions, runChaos } from './run.js';
import type { Verdict } from './verdict.js';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    rooms: { type: 'string', default: '60' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    cuts: { type: 'boolean', default: false },
    runs: { type: 'string', default: '20' },
  },
});

function whole(name: 'messages' | 'rooms' | 'seconds' | 'seed' | 'runs'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a whole number above 0`);
}

function table({ figures, recoverSeconds }: Verdict): string {
  const rows: [string, string | number][] = [
    ['messages sent', figures.sent],
    ['SIGKILLs', figures.kills],
    ['lost', figures.lost],
    ['out of order', figures.outOfOrder],
    ['overlapping turns', figures.overlapping],
    ['unanswered', figures.unanswered],
    ['duplicate replies', figures.duplicateReplies],
    ['actions executed twice', figures.actionsTwice],
    ['longest wait after a fault', `${figures.recoverSeconds.toFixed(1)} s`],
    ...Object.entries(recoverSeconds).map(([kind, s]): [string, string] => [
      `  ${kind}`,
      `${s.toFixed(1)} s`,
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

if (noRedisServer) throw new Error(noRedisServer);
const print = (line: string) => void process.stdout.write(`${line}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

function report({ notes, duplicates, broken }: Verdict): void {
  for (const note of notes) print(`  ${note}`);
  for (const duplicate of duplicates) print(`  duplicate: ${duplicate}`);
  for (const what of broken) print(`  BROKEN: ${what}`);
  if (broken.length > 0) process.exitCode = 1;
}

async function chaos(): Promise<object> {
  const options: ChaosOptions = {
    messages: whole('messages'),
    rooms: whole('rooms'),
    seed: whole('seed'),
    say: print,
    ...(values.seconds !== undefined && { seconds: whole('seconds') }),
  };
  const verdict = await runChaos(options);
  print(table(verdict));
  report(verdict);
  return verdict.figures;
}

/** Figures that are added up over the runs. */
async function cuts(): Promise<object> {
  const runs: CutFigures[] = [];
  for (let run = 0; run < whole('runs'); run++) {
    const seed = whole('seed') + run;
    const awayMs = run % 5 === 0 ? 60_000 : 0;
    const verdict = await runCuts({ messages: 120, rooms: 12, seconds: 15, seed, awayMs });
    runs.push(verdict.figures);
    print(`run ${run + 1}: ${JSON.stringify(verdict.figures)}`);
    report(verdict);
  }
  const sum = (name: Exclude<keyof CutFigures, 'cuts'>) => runs.reduce((all, run) => all + run[name], 0);
  const total = {
    runs: runs.length,
    sent: sum('sent'),
    cutsInCommands: sum('cutsInCommands'),
    neverEnding: sum('neverEnding'),
    cutCommits: sum('cutCommits'),
    awaySeconds: sum('awaySeconds'),
    lost: sum('lost'),
    twice: sum('duplicateReplies') + sum('actionsTwice'),
    outOfOrder: sum('outOfOrder') + sum('overlapping'),
    unanswered: sum('unanswered'),
    answeredSeconds: Math.max(...runs.map((run) => run.answeredSeconds)),
  };
  for (const [name, value] of Object.entries(total)) print(`  ${name.padEnd(16)}  ${value}`);
  return { ...total, each: runs };
}

const figures = values.cuts ? await cuts() : await chaos();
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
