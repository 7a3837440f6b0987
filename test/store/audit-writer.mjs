/**
 * One of several processes that write audit rows at once: `MONGODB_URL database folder count`. Begins when standard input ends,
 * and prints the id of each row that was acknowledged. Runs from the compiled sources.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { newId } from '../../dist/src/core/ids.js';
import { createLogger } from '../../dist/src/logger.js';
import { openMongoStore } from '../../dist/src/store/mongodb/store.js';

const [, , url, database, dataDir, count] = process.argv;
const store = await openMongoStore({ url, database, dataDir, log: createLogger('silent') });
writeSync(1, 'ready\n');
process.stdin.resume();
await once(process.stdin, 'end');

async function append() {
  const id = newId();
  const principal = { kind: 'token', name: `writer-${process.pid}`, tenant: 'default' };
  await store.audit.append({
    id,
    at: Date.now(),
    principal,
    operation: 'rooms.list',
    target: {},
    outcome: 'done',
  });
  writeSync(1, `${id}\n`);
}

// Some as fast as they are taken, one after the other; the others in bursts.
let left = Number(count);
for (; left > 0.85 * Number(count); left--) await append();
for (; left > 0; left -= 50) await Promise.all(Array.from({ length: Math.min(50, left) }, append));
await store.close();
