/** The store contract on servers of your own: `MONGODB_URL`, `MONGODB_ATLAS_URL`. The files beside bring theirs. */
import { it } from 'vitest';
import { expiryLag, onServer } from './on-server.js';

const { MONGODB_URL: given, MONGODB_ATLAS_URL: atlas } = process.env;
const existing = (url: string) => async () => ({ url, stop: async () => {} });
const notSet = (name: string) => {
  it.skip(`on a server of your own: not run, ${name} is not set`, () => {});
  process.stderr.write(`MongoDB store on a server of your own: not run, ${name} is not set\n`);
};

if (given) onServer('MONGODB_URL', null, existing(given), { expiryLag });
else notSet('MONGODB_URL');
if (atlas) {
  onServer('Atlas', null, existing(atlas), {
    searchLag: { ms: 15_000, reason: 'a search node follows the database a moment behind' },
    expiryLag,
  });
} else notSet('MONGODB_ATLAS_URL');
