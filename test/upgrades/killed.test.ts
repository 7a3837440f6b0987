/** A hub that is killed while it opens a database of b8ee1ad: the next one does what is left, and nothing is lost. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { migrations } from '../../src/store/migrations.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { Home } from '../support/hub.js';
import { madeBy, putEmbedded, putMongodb, rowsEmbedded, rowsMongodb } from './fixture.js';

const log = createLogger('silent');
const carrier = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));

it('in the embedded store, at whatever moment', async () => {
  const home = new Home();
  const dataDir = join(home.folder, 'data');
  try {
    putEmbedded(dataDir);
    const before = rowsEmbedded(dataDir);
    for (const ms of [150, 300, 450, 600, 750]) {
      const env = { ...home.settings({ CARRIER_MODELS: 'offline' }), PATH: process.env.PATH ?? '' };
      const hub = spawn(process.execPath, [carrier, 'start'], { env, cwd: home.folder, stdio: 'ignore' });
      const gone = new Promise((resolve) => hub.once('exit', resolve));
      await sleep(ms);
      hub.kill('SIGKILL');
      await gone;
      const after = rowsEmbedded(dataDir);
      for (const [table, rows] of Object.entries(before))
        expect(after[table], `${table} after ${ms} ms`).toEqual(expect.arrayContaining(rows));
    }
    const store = await openLibsqlStore({ dataDir, log });
    expect((await store.memories.history(madeBy('embedded').rooms.deck, { limit: 50 })).items).toHaveLength(
      7,
    );
    await store.close();
    const db = new Libsql(join(dataDir, 'carrier.db'));
    expect(db.prepare('pragma integrity_check').raw().get([])).toEqual(['ok']);
    expect(db.prepare('pragma user_version').raw().get([])).toEqual([migrations.length]);
    db.close();
  } finally {
    await home.dispose();
  }
});

it('in MongoDB, at whatever command', async () => {
  const server = await startMongoServer({ replicaSet: 'rs0', search: false });
  try {
    const options = { url: server.url, database: 'killed', log };
    await putMongodb('mongodb', server.url, 'killed');
    const before = await rowsMongodb(server.url, 'killed');
    for (const command of [
      'find',
      'listCollections',
      'create',
      'collMod',
      'listIndexes',
      'createIndexes',
      'update',
    ])
      for (const skip of [0, 1, 3]) {
        await server.control.fail([command], { closeConnection: true }, { skip });
        await openMongoStore(options)
          .then((store) => store.close())
          .catch(() => {});
        await server.control.off();
        expect(await rowsMongodb(server.url, 'killed')).toEqual(before);
      }
    const store = await openMongoStore(options);
    expect(store.description.schema).toBe(migrations.length);
    expect((await store.memories.history(madeBy('mongodb').rooms.deck, { limit: 50 })).items).toHaveLength(7);
    await store.close();
  } finally {
    await server.stop();
  }
});
