/**
 * `npm run chaos [-- --messages N --rooms N --seconds N --seed N --json FILE]`: keeps killing what the hub is made of
 * while people talk to it, and checks that they notice as little as was promised. Fails where a promise is broken.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { noRedisServer } from '../support/redis.js';
import { type ChaosOptions, runChaos } from './run.js';
import type { Verdict } from './verdict.js';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    rooms: { type: 'string', default: '60' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

function whole(name: 'messages' | 'rooms' | 'seconds' | 'seed'): number {
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
const options: ChaosOptions = {
  messages: whole('messages'),
  rooms: whole('rooms'),
  seed: whole('seed'),
  say: print,
  ...(values.seconds !== undefined && { seconds: whole('seconds') }),
};
const verdict = await runChaos(options);
print(table(verdict));
for (const note of verdict.notes) print(`  ${note}`);
for (const duplicate of verdict.duplicates) print(`  duplicate: ${duplicate}`);
for (const broken of verdict.broken) print(`  BROKEN: ${broken}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(verdict.figures, null, 2)}\n`);
process.exitCode = verdict.broken.length > 0 ? 1 : 0;
