/** A hub reduced to the opening of its store under the keys it is given; prints a line when it is about to, and when it has. */
import { writeSync } from 'node:fs';
import { keyRingOf } from '../../dist/src/encryption/key-ring.js';
import { createLogger } from '../../dist/src/logger.js';
import { openLibsqlStore } from '../../dist/src/store/libsql/store.js';

const [dataDir, keys] = process.argv.slice(2);
writeSync(1, 'opening\n');
const store = await openLibsqlStore({ dataDir, ring: keyRingOf(keys), log: createLogger('silent') });
writeSync(1, `open with ${await store.memories.count('ada', ['s'])}\n`);
await store.close();
