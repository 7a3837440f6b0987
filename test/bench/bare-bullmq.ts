/** The baseline: BullMQ alone, add and process with concurrency 50, no work in the job. Prints jobs per second. */
import { Queue, Worker } from 'bullmq';
import { messagesPerRoom, rooms, throughput } from './load.js';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const queue = new Queue('bare', { connection });
let done = 0;
let finished = () => {};
const worker = new Worker('bare', async () => {}, { connection, concurrency: 50 });
worker.on('completed', () => {
  if (++done === rooms * messagesPerRoom) finished();
});
await worker.waitUntilReady();

async function round(): Promise<number> {
  done = 0;
  const started = performance.now();
  const all = new Promise<void>((resolve) => {
    finished = resolve;
  });
  await throughput((room, message) => queue.add('job', { room, message }, { removeOnComplete: true }));
  await all;
  return (rooms * messagesPerRoom) / ((performance.now() - started) / 1000);
}

await round();
process.stdout.write(JSON.stringify(await round()));
await worker.close();
await queue.close();
