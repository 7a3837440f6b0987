/** The store of a program of the bench, by its settings and under their keys: that of its data folder, or a MongoDB. */
import { keyRingOf } from '../../dist/src/encryption/key-ring.js';
import { createLogger } from '../../dist/src/logger.js';
import { openLibsqlStore } from '../../dist/src/store/libsql/store.js';
import { openMongoStore } from '../../dist/src/store/mongodb/store.js';
import type { Store } from '../../dist/src/store/store.js';

const {
  CARRIER_DATA_DIR: dataDir = '',
  CARRIER_ENCRYPTION_KEYS: keys,
  MONGODB_URL: url,
  CARRIER_MONGODB_DATABASE: database = 'bench',
} = process.env;

export const ring = keyRingOf(keys);

export function openOwnStore(): Promise<Store> {
  const log = createLogger('silent');
  return url ? openMongoStore({ url, database, ring, log }) : openLibsqlStore({ dataDir, ring, log });
}
