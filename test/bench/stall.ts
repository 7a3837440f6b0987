/**
 * The longest time for which the event loop of a hub stands still, in ms, while messages come, 100,000 memories are
 * searched again and again, a checkpoint runs and retention removes 50,000. Prints `Stall`.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLogger } from '../../dist/src/logger.js';
import { Retention } from '../../dist/src/memory/retention.js';
import { scaled } from './load.js';
import { fill, memory, question, vector } from './memories.js';
import { openOwnStore } from './own-store.js';

export interface Stall {
  longestMs: number;
  p99Ms: number;
  searches: number;
  messages: number;
  removed: number;
}

const dataDir = process.env.CARRIER_DATA_DIR!;
const log = createLogger('silent');
const dayMs = 24 * 3600 * 1000;
const old = { createdAt: Date.now() - 100 * dayMs };
const filling = await openOwnStore();
await fill(filling, scaled(50_000), (n) => memory(n, `old-${n % 100}`, old));
await fill(
  filling,
  scaled(100_000),
  (n) => memory(n, 'large'),
  () => vector(Math.random),
);
await filling.close();

const { carrier, send, sendTo } = await import('./hub.js');
await sendTo(
  Array.from({ length: 50 }, (_, i) => `warm-${i}`),
  scaled(2000),
);
const { memories } = carrier.store;
const writtenAt = () => statSync(join(dataDir, 'carrier.db')).mtimeMs;
const before = writtenAt();
const counted = { searches: 0, messages: 0 };
let over = false;

/** As turns do, which come by way of the event loop. */
async function keepSearching(): Promise<void> {
  for (; !over; counted.searches++) {
    await memories.search(question(counted.searches, 'large'));
    await new Promise(setImmediate);
  }
}

async function keepSending(room: string): Promise<void> {
  for (; !over; counted.messages++) {
    await send(room);
    await pause(2);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
const busy = [keepSearching(), ...Array.from({ length: 25 }, (_, i) => keepSending(`room-${i}`))];
const retention = new Retention({ memories, agents: () => [], hubDays: 30, tell: async () => {}, log });
const removed = await retention.apply(new AbortController().signal);
// The log is brought into the database by the store itself: at a certain size, or in the quiet after all this.
for (let i = 0; i < 100 && (writtenAt() === before || counted.searches < 20); i++) await pause(100);
over = true;
await Promise.all(busy);
for (let i = 0; i < 100 && writtenAt() === before; i++) await pause(100);
delays.disable();
if (writtenAt() === before) throw new Error('No checkpoint has run.');
if (removed !== scaled(50_000))
  throw new Error(`Retention has removed ${removed} memories, not ${scaled(50_000)}.`);
const ms = (ns: number) => ns / 1e6;
const stall: Stall = { longestMs: ms(delays.max), p99Ms: ms(delays.percentile(99)), ...counted, removed };
process.stdout.write(JSON.stringify(stall));
await carrier.stop();
process.exit(0);
