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

  /** Of the lines that are printed, those of a table's row, with one space between the cells. */
  const row = (stdout: string, begin: string) =>
    stdout
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '))
      .find((line) => line.startsWith(begin));

  it.each([[[]], [['show']]])('shows what lies where, by agent and month (%j)', async (args) => {
    const settings = { CARRIER_MONGODB_DATABASE: `shown_${args.length}` };
    const store = await openMongoStore({
      ...{ url: server.url, database: settings.CARRIER_MONGODB_DATABASE, log: createLogger('silent') },
    });
    // Of January and February 2025.
    for (const [i, begin] of ['01942000', '0194c000', '0194c001'].entries()) {
      const id = `${begin}-0000-7000-8000-00000000000${i}`;
      await store.memories.append(
        message({ id, messageId: id, status: 'kept', agentId: i < 2 ? 'ada' : 'bob' }),
      );
    }
    await store.close();
    await db(['archive', '--before', '2025-02', '--agent', 'bob', '--yes'], settings);
    expect((await db(args, settings)).stdout).not.toMatch(/archive /);
    await db(['archive', '--before', '2025-02', '--agent', 'ada', '--yes'], settings);

    const { code, stdout, stderr } = await db(args, settings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(row(stdout, 'collection')).toBe('collection documents data on disk indexes');
    expect(row(stdout, 'memories')).toMatch(/^memories 2 [\d.]+ (bytes|KB) [\d.]+ (bytes|KB) [\d.]+ KB$/);
    expect(row(stdout, 'archive')).toMatch(/^archive 1 /);
    expect(row(stdout, 'ada all')).toMatch(/^ada all 1 \d+ bytes 1 \d+ bytes$/);
    expect(row(stdout, 'ada 2025-01')).toMatch(/^ada 2025-01 0 0 bytes 1 \d+ bytes$/);
    expect(row(stdout, 'ada 2025-02')).toMatch(/^ada 2025-02 1 \d+ bytes 0 0 bytes$/);
    expect(row(stdout, 'bob')).toMatch(/^bob 2025-02 1 /);
    expect(stdout).not.toContain('cut off');

    await client
      .db(settings.CARRIER_MONGODB_DATABASE)
      .collection('archive')
      .insertOne({ _id: 'left' as never, moving: true });
    expect((await db(args, settings)).stdout).toMatch(/cut off \(1 copied\): "carrier db archive" goes on/);
  });

  it('shows nothing of a database that no hub has used, and makes nothing there', async () => {
    const settings = { CARRIER_MONGODB_DATABASE: 'unused' };
    const { code, stdout, stderr } = await db([], settings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect((await db(['archive', '--before', '2025-01', '--yes'], settings)).code).toBe(0);
    expect(await client.db('unused').listCollections().toArray()).toEqual([]);
  });

  it('shows what is sharded, what is not yet, and shards it', async () => {
    const cluster = await startMongoServer({ cluster: true, search: false });
    const settings = { MONGODB_URL: cluster.url };
    const store = await openMongoStore({ url: cluster.url, database: 'grown', log: createLogger('silent') });
    await store.memories.append(message({ status: 'kept' }));
    await store.close();
    expect((await db([], settings)).stdout).toContain('This is a cluster, and nothing is sharded');

    const dry = await db(['shard'], settings);
    expect(dry.code).toBe(0);
    expect(row(dry.stdout, ' memories')).toBe(' memories by agentId, roomId');
    expect(row(dry.stdout, ' archive')).toBe(' archive by agentId, month, _id');
    expect(row(dry.stdout, ' files')).toBe(' files by a hash of _id');

    await cluster.control.fail(['shardCollection'], { errorCode: 20 }, { skip: 3 });
    expect(await db(['shard', '--yes'], settings)).toMatchObject({ code: 1, stdout: '' });
    await cluster.control.off();
    expect((await db([], settings)).stdout).toContain(
      'Not sharded yet: memories. "carrier db shard --yes" goes on.',
    );

    expect(await db(['shard', '--yes'], settings)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"grown" is sharded'),
    });
    const { stdout } = await db([], settings);
    expect(row(stdout, 'memories')).toMatch(/ agentId, roomId$/);
    expect(stdout).not.toContain('goes on');
    await cluster.stop();
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
