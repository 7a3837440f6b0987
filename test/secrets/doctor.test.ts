import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeForDoctor } from '../../src/backends.js';
import { createLogger } from '../../src/logger.js';
import { SecretKeys } from '../../src/secrets/keys.js';
import { NotedSecrets } from '../../src/secrets/noted-secrets.js';
import { seal } from '../../src/secrets/sealing.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { Home } from '../support/hub.js';

const log = createLogger('silent');
let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const look = async (name: string, env: Record<string, string> = {}) => {
  const { stored, close } = storeForDoctor(home.config(env), log);
  return stored(name).finally(close);
};
const data = () => join(home.folder, 'data');
const files = () =>
  readdirSync(data())
    // The card and the log's index are the running hub's to change.
    .filter((file) => !file.endsWith('-shm'))
    .map((file) => [file, statSync(join(data(), file)).mtimeMs]);

describe('secrets for somebody who is no hub', () => {
  it('are none where no hub has ever been, and nothing is made', async () => {
    expect(await look('bot')).toBeNull();
    expect(readdirSync(home.folder)).not.toContain('data');
  });

  it('are read beside a running hub and after it, and no file is made or changed', async () => {
    const carrier = await home.carrier();
    await carrier.secrets.set('bot', 'some value');
    // What a running hub does to its own files meanwhile is no matter.
    const beside = readdirSync(data());
    expect(await look('bot')).toBe('some value');
    expect(await look('other')).toBeNull();
    expect(readdirSync(data())).toEqual(beside);
    await carrier.secrets.rotate('bot', 'another value');
    expect(await look('bot')).toBe('another value');
    await carrier.stop();
    const after = files();
    expect(await look('bot')).toBe('another value');
    expect(await look('other')).toBeNull();
    expect(files()).toEqual(after);
    // As a copy from a backup has it.
    for (const log of ['-wal', '-shm']) rmSync(join(data(), `carrier.db${log}`), { force: true });
    const alone = readdirSync(data());
    expect(await look('bot')).toBe('another value');
    expect(readdirSync(data())).toEqual(alone);
    // Nobody stands in its way.
    await (await home.carrier()).secrets.rotate('bot', 'a third value');
  });

  it('name the fix when the key is gone', async () => {
    const carrier = await home.carrier();
    await carrier.secrets.set('bot', 'some value');
    await carrier.stop();
    renameSync(join(data(), 'secret-key'), join(data(), 'lost'));
    await expect(look('bot')).rejects.toThrow(/"bot" cannot be opened.*put back .*secret-key/);
    expect(readdirSync(data())).not.toContain('secret-key');
  });

  describe('in a shared database', () => {
    let mongo: Awaited<ReturnType<typeof startMongoServer>>;
    beforeAll(async () => {
      mongo = await startMongoServer();
    });
    afterAll(() => mongo.stop());

    it('are read with the shared key', async () => {
      const env = {
        ...{ REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URL: mongo.url },
        CARRIER_SECRET_KEY: 'a passphrase of all hubs',
      };
      const { cluster } = home.config(env);
      const store = await openMongoStore({ url: mongo.url, database: cluster!.database, log });
      const key = await new SecretKeys(home.config(env)).current();
      await new NotedSecrets(store.notes, log).put('bot', seal(key!, 'bot', 'some value'));
      await store.close();
      expect(await look('bot', env)).toBe('some value');
      expect(await look('other', env)).toBeNull();
    });
  });
});
