import { afterAll, beforeAll, describe } from 'vitest';
import { NotedSecrets } from '../../src/secrets/noted-secrets.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { secretContract } from '../contract/secrets.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { log, temporaryFolder } from '../store/folder.js';

const stores: Store[] = [];
const folders: { remove(): void }[] = [];
const under = async ({ notes }: Store) => ({
  secrets: new NotedSecrets(notes, log),
  damage: (name: string) => notes.put(`secret:${name}`, { version: 1 }),
});
const kept = (store: Store) => {
  stores.push(store);
  return store;
};
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  for (const folder of folders) folder.remove();
});

secretContract('notes in libSQL', async () => {
  const folder = temporaryFolder();
  folders.push(folder);
  return under(kept(await openLibsqlStore({ dataDir: folder.path, log })));
});

describe('in MongoDB', () => {
  let server: Awaited<ReturnType<typeof startMongoServer>>;
  let databases = 0;
  beforeAll(async () => {
    server = await startMongoServer();
  });
  afterAll(() => server.stop());

  secretContract('notes in MongoDB', async () =>
    under(kept(await openMongoStore({ url: server.url, database: `secrets${++databases}`, log }))),
  );
});
