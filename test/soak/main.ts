/** `npm run soak [-- --distributed] [-- --messages N] [-- --json FILE] [-- --log FILE]` */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { soak } from './soak.js';

const { values } = parseArgs({
  options: {
    distributed: { type: 'boolean', default: false },
    messages: { type: 'string', default: '200' },
    json: { type: 'string' },
    log: { type: 'string' },
  },
});
const messages = Number(values.messages);
if (!Number.isInteger(messages) || messages < 1 || messages > 10_000)
  throw new Error('--messages takes a whole number from 1 to 10000.');

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(1).padStart(6);
const say = (line: string) => void process.stdout.write(`${seconds()} s  ${line}\n`);
const report = await soak({ messages, distributed: values.distributed, say }, (log, rooms) => {
  if (values.log) writeFileSync(values.log, `${log}${JSON.stringify(rooms, null, 1)}\n`);
});
say('done\n');
const columns = ['sent', 'answered', 'lost', 'duplicates', 'outOfOrder'] as const;
const row = (cells: (string | number)[]) => cells.map((cell) => String(cell).padStart(11)).join('');
process.stdout.write(`${row(['', ...columns])}\n`);
for (const [name, score] of Object.entries(report.perConnector))
  process.stdout.write(`${row([name, ...columns.map((column) => score[column])])}\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
const good = Object.values(report.perConnector).every(
  ({ lost, duplicates, outOfOrder }) => lost + duplicates + outOfOrder === 0,
);
if (!good) process.exitCode = 1;
