import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const main = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));

describe('carrier db', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-db-'));
  let server: RunningMongoServer;
  let client: MongoClient;
  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', search: false });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs `carrier db` to its end; never throws. */
  const db = async (args: string[], settings: Record<string, string> = {}) => {
    const env = {
      PATH: process.env.PATH!,
      REDIS_URL: 'redis://127.0.0.1:1',
      MONGODB_URL: server.url,
      CARRIER_MONGODB_DATABASE: 'grown',
      ...settings,
    };
    const child = spawn(process.execPath, [main, 'db', ...args], { env, cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes) => {
      stdout += bytes;
    });
    child.stderr.on('data', (bytes) => {
      stderr += bytes;
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, stdout, stderr };
  };

  it('archives old months when told twice, and nothing of this one', async () => {
    const store = await openMongoStore({ url: server.url, database: 'grown', log: createLogger('silent') });
    // Ids tell the time; these were made in the first minutes of 1970.
    const old = ['0000000a-0001', '0000000a-0002'].map((begin, i) =>
      message({ id: `${begin}-7000-8000-000000000000`, messageId: `old${i}`, status: 'kept', createdAt: 1 }),
    );
    for (const memory of [...old, message({ text: 'new', status: 'kept' })])
      await store.memories.append(memory);
    await store.close();
    const counts = async () =>
      Promise.all(
        ['memories', 'archive'].map((name) => client.db('grown').collection(name).countDocuments()),
      );
    const month = new Date().toISOString().slice(0, 7);

    const dry = await db(['archive', '--before', month]);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(/^2 messages and turns from before [\d-]+ would move/);
    expect(dry.stdout).toContain('--yes');
    expect(await counts()).toEqual([3, 0]);

    const done = await db(['archive', '--before', month, '--yes']);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/^2 messages and turns .* moved to the collection "archive" of "grown"/);
    expect(await counts()).toEqual([1, 2]);
    expect((await db(['archive', '--before', month])).stdout).not.toContain('--yes');
  });

  it.each([['last year'], ['2026-13'], ['2026-1'], ['9999-01']])('refuses the month %j', async (month) => {
    const { code, stderr } = await db(['archive', '--before', month, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('--before');
    expect(stderr.split('\n')).toHaveLength(2);
  });

  it.each([[[]], [['--yes']]])('shards nothing where there is no cluster (%j)', async (flags) => {
    const { code, stdout, stderr } = await db(['shard', ...flags]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/MONGODB_URL does not lead to a sharded cluster/);
  });

  it('says in one line what is wrong with its settings or its server, without the password', async () => {
    const embedded = await db(['shard'], { REDIS_URL: '', MONGODB_URL: '' });
    expect(embedded).toMatchObject({ code: 1, stderr: expect.stringContaining('MONGODB_URL') });
    const away = await db(['archive', '--before', '2020-01'], {
      MONGODB_URL: 'mongodb://ada:hidden-word@127.0.0.1:1/?serverSelectionTimeoutMS=300',
    });
    expect(away).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('MongoDB') });
    for (const { stderr } of [embedded, away]) {
      expect(stderr.split('\n')).toHaveLength(2);
      expect(stderr).not.toContain('hidden-word');
    }
  });
});
