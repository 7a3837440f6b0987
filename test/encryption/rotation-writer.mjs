/** A hub reduced to its store, which seals everything under its first key until it is killed. From the compiled sources. */
import { keyRingOf } from '../../dist/src/encryption/key-ring.js';
import { createLogger } from '../../dist/src/logger.js';
import { known } from '../../dist/src/store/mongodb/schema.js';
import { openMongoStore } from '../../dist/src/store/mongodb/store.js';

const [, , url, database, keys] = process.argv;
await openMongoStore({
  ...{ url, database, ring: keyRingOf(keys), known: { ...known, watchMs: 40 } },
  log: createLogger('silent'),
});
setInterval(() => {}, 1_000);
