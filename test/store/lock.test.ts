import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError } from '../../src/errors.js';
import { announce, readHub } from '../../src/store/libsql/lock.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { log, temporaryFolder } from './folder.js';

const writer = fileURLToPath(new URL('./crash-writer.mjs', import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;
let dataDir: string;
beforeEach(() => {
  folder = temporaryFolder();
  dataDir = join(folder.path, 'new', 'data');
});
afterEach(() => folder.remove());

const open = () => openLibsqlStore({ dataDir, log });
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the data folder', () => {
  it('is made for its owner alone', async () => {
    const store = await open();
    await store.ping();
    expect(mode(dataDir)).toBe('700');
    const files = readdirSync(dataDir);
    expect(files).toEqual(expect.arrayContaining(['carrier.db', 'carrier.db-wal', 'hub.json', 'hub.lock']));
    for (const file of files) expect([file, mode(join(dataDir, file))]).toEqual([file, '600']);
    await store.close();
    expect(readdirSync(dataDir)).not.toContain('hub.json');
  });

  it('has one hub, which is named to the second', async () => {
    const first = await open();
    announce(dataDir, 'http://127.0.0.1:7600');
    const error = await open().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({
      code: 'store_locked',
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    });
    expect(String(error)).toContain('http://127.0.0.1:7600');
    // Being refused changes nothing for the first, in this process or from another.
    await expect(open()).rejects.toMatchObject({ code: 'store_locked' });
    const elsewhere = await promisify(execFile)(process.execPath, [writer, dataDir]).catch((e: unknown) => e);
    expect(elsewhere).toMatchObject({ stderr: expect.stringContaining(`process ${process.pid}`) });
    await first.ping();
    await first.close();
    await (await open()).close();
  });

  it('tells who holds it', async () => {
    expect(readHub(dataDir)).toBeNull();
    const store = await open();
    expect(readHub(dataDir)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(readHub(dataDir)!.url).toBeUndefined();
    announce(dataDir, 'http://127.0.0.1:7600');
    expect(readHub(dataDir)!.url).toBe('http://127.0.0.1:7600');
    expect(Date.parse(readHub(dataDir)!.startedAt)).toBeGreaterThan(Date.now() - 60_000);
    await expect(open()).rejects.toMatchObject({ code: 'store_locked' });
    await store.close();
    expect(readHub(dataDir)).toBeNull();
  });

  it('is free again when its hub was killed, whatever it left', async () => {
    const hub = spawn(process.execPath, [writer, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(hub.stdout, 'data');
    expect(readHub(dataDir)).toMatchObject({ pid: hub.pid });
    hub.kill('SIGKILL');
    await once(hub, 'exit');
    expect(JSON.parse(readFileSync(join(dataDir, 'hub.json'), 'utf8'))).toMatchObject({ pid: hub.pid });
    expect(readHub(dataDir)).toBeNull();
    writeFileSync(join(dataDir, 'hub.json'), '{ half');
    expect(readHub(dataDir)).toBeNull();
    const store = await open();
    expect(readHub(dataDir)).toMatchObject({ pid: process.pid });
    await store.close();
  });

  it('is let go when opening fails', async () => {
    const store = await open();
    await store.close();
    writeFileSync(
      join(dataDir, 'carrier.db'),
      'this is no database, and long enough to be sure of it'.repeat(100),
    );
    for (let i = 0; i < 2; i++) {
      await expect(open()).rejects.toMatchObject({ code: 'store_unavailable', retryable: false });
    }
  });
});
