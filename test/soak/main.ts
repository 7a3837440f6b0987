/** `npm run soak [-- --faults] [-- --distributed] [-- --messages N] [-- --json FILE] [-- --log FILE]` */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { soak } from './soak.js';

const { values } = parseArgs({
  options: {
    faults: { type: 'boolean', default: false },
    distributed: { type: 'boolean', default: false },
    messages: { type: 'string', default: '200' },
    json: { type: 'string' },
    log: { type: 'string' },
  },
});
const messages = Number(values.messages);
if (!Number.isInteger(messages) || messages < 1 || messages > 10_000)
  throw new Error('--messages takes a whole number from 1 to 10000.');

/** A little more than what has to be met: what is planned near the end meets no request any more. */
const trouble = values.faults
  ? { everyMs: 450, trouble: { each: 24, awayMs: 60_000 }, patienceMs: 180_000 }
  : {};

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(1).padStart(6);
const say = (line: string) => void process.stdout.write(`${seconds()} s  ${line}\n`);
const report = await soak({ messages, distributed: values.distributed, ...trouble, say }, (log, rooms) => {
  if (values.log) writeFileSync(values.log, `${log}${JSON.stringify(rooms, null, 1)}\n`);
});
say('done\n');
const columns = [
  ...['sent', 'answered', 'lost', 'half', 'duplicates', 'duplicatesExplained', 'outOfOrder'],
  ...(values.faults ? ['refused', 'limited', 'lostAnswers', 'awaySeconds'] : []),
] as (keyof (typeof report.perConnector)[string])[];
const row = (cells: (string | number)[]) =>
  cells.map((cell) => String(typeof cell === 'number' ? Math.floor(cell) : cell).padStart(20)).join('');
process.stdout.write(`${row(['', ...columns])}\n`);
for (const [name, score] of Object.entries(report.perConnector))
  process.stdout.write(`${row([name, ...columns.map((column) => score[column])])}\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
const isGood = (score: (typeof report.perConnector)[string]) => {
  const { lost, half, outOfOrder, duplicates, duplicatesExplained } = score;
  const { refused, limited, lostAnswers, awaySeconds } = score;
  const troubled = Math.min(refused, limited, lostAnswers) >= 20 && awaySeconds >= 60;
  return lost + half + outOfOrder + duplicates - duplicatesExplained === 0 && (troubled || !values.faults);
};
if (!Object.values(report.perConnector).every(isGood)) process.exitCode = 1;
