/** BullMQ alone as a hub uses it: 50 rooms, each waiting for its job before it adds the next. Prints jobs per second. */
import { Queue, Worker } from 'bullmq';
import { throughput } from './load.js';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const queue = new Queue('paced', { connection });
const waiting = new Map<string, () => void>();
const worker = new Worker('paced', async () => {}, { connection, concurrency: 50 });
worker.on('completed', ({ name }) => waiting.get(name)?.());
await worker.waitUntilReady();

/** A job is done where its worker says so: nothing of it goes over Redis again. */
async function run(room: number, message: number): Promise<void> {
  const name = `${room}-${message}`;
  const done = new Promise<void>((resolve) => waiting.set(name, resolve));
  await queue.add(name, { room, message }, { removeOnComplete: true });
  await done;
  waiting.delete(name);
}

await throughput(run);
process.stdout.write(JSON.stringify(await throughput(run)));
await worker.close();
await queue.close();
