/** All of an embedded store goes to a shared database, and the hub goes on there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { copyStore, whatToCopy } from '../../src/copying.js';
import { newId } from '../../src/core/ids.js';
import { triggerMemory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { verifyChain } from '../../src/store/audit-verification.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, message, newFile } from '../contract/store.js';
import { Platform } from '../hub/platform.js';
import { openStore } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const cutOff = fileURLToPath(new URL('./copy-cut-off.mjs', import.meta.url));

describe.skipIf(noRedis)(`carrier copy${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  let home: Home;
  let shared: Record<string, string>;
  let databases = 0;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  });
  afterAll(async () => {
    await redis?.stop();
    await mongo?.stop();
  });
  beforeEach(() => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } },
    });
    shared = { REDIS_URL: redis.url, ...mongo.settings(`copy${++databases}`) };
  });
  afterEach(() => home.dispose());

  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  const open = async (settings: Record<string, string>) => {
    const platform = new Platform();
    const carrier = await home.carrier({ connectors: [platform], model }, settings);
    return { platform, carrier };
  };
  const copy = (parts: Partial<Parameters<typeof copyStore>[2]> = {}) =>
    copyStore(readConfig(home.settings(shared)), log, { found() {}, done() {}, ...parts });
  const dataDir = () => home.settings().CARRIER_DATA_DIR!;
  const stored = async <T>(settings: Record<string, string>, work: (store: Store) => Promise<T>) => {
    const store = await openStore(dataDir(), settings);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };

  it('brings hundreds of messages to where the hub goes on, and answers nothing twice', async () => {
    const { platform, carrier } = await open({});
    const people = Array.from({ length: 12 }, (_, i) => `person${i}`);
    for (let round = 0; round < 25; round++)
      await Promise.all(people.map((one) => platform.dm(one, `${one} says ${round}`, { id: `m${round}` })));
    const answered = () =>
      people.every((one) => platform.texts.some((text) => text.endsWith(`${one} says 24`)));
    await until(answered);
    await until(async () => (await carrier.store.outbox.count()).waiting === 0);
    await carrier.stop();
    // What came last has no answer yet.
    const waiting = await stored({}, async (store) => {
      const { items } = await store.memories.rooms({ limit: 1 });
      const { items: last } = await store.memories.history(items[0]!.roomId, { limit: 500 });
      const one = last.find(({ role }) => role === 'user')!;
      const memory = { ...one, id: newId(), status: 'pending' as const, turnId: null, createdAt: Date.now() };
      memory.content = { ...one.content, text: 'I still wait' };
      memory.source = { ...one.source, messageId: 'waiting' };
      await store.memories.append(memory);
      return memory;
    });

    expect(await copy()).toBe(true);
    expect(await copy()).toBe(false);
    const again = await open(shared);
    await until(() => again.platform.texts.length > 0);
    // The platform sends one once more that was answered before.
    const repeated = await again.platform.dm('person4', 'person4 says 20', { id: 'm20' });
    expect(repeated).toMatchObject({ duplicate: true });
    await again.platform.dm('person3', 'and now');
    await again.platform.dm('somebody', 'hello');
    await until(() => again.platform.texts.length >= 3);
    expect([...again.platform.texts].sort()).toEqual(['echo I still wait', 'echo and now', 'echo hello']);
    const { items } = await again.carrier.store.memories.history(waiting.roomId, { limit: 500 });
    expect(items.filter(({ role }) => role === 'user').map(({ content }) => content.text)).toHaveLength(
      waiting.author.id === 'person3' ? 27 : 26,
    );
    await again.carrier.stop();
    await expect(open({})).rejects.toThrow(/moved\.json/);
    rmSync(join(dataDir(), 'moved.json'));
    expect((await open({})).carrier).toBeDefined();
  });

  it('keeps every state as it was: what waits, has failed, was given up, and what was begun', async () => {
    await stored({}, fill);
    const before = await stored({}, everything);
    expect(whatToCopy(readConfig(home.settings())).entries).toBeGreaterThan(10);
    await copy();
    const after = await stored(shared, everything);
    expect(after).toEqual(before);
    expect(JSON.stringify(before)).toContain('given up');
    const client = new MongoClient(shared.MONGODB_URL!);
    const documents = client.db(shared.CARRIER_MONGODB_DATABASE).collection('memories');
    expect(await documents.countDocuments({ receipt: '{"messageIds":["p1"]}' })).toBe(1);
    await client.close();
    const verified = await stored(shared, ({ audit }) => verifyChain(audit));
    expect(verified).toMatchObject({ faults: [] });
  });

  it('goes on after it was killed; meanwhile no hub begins on either side', async () => {
    await stored({}, async (store) => {
      await fill(store);
      for (let i = 0; i < 600; i++)
        await store.memories.append(message({ roomId: `r${i % 7}`, status: 'kept', text: `word ${i}` }));
    });
    const before = await stored({}, everything);
    const child = spawn(process.execPath, [cutOff, JSON.stringify(home.settings(shared)), '500'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = await once(child, 'close');
    expect(signal).toBe('SIGKILL');
    await expect(open({})).rejects.toThrow(/"carrier copy --yes" goes on/);
    await expect(open(shared)).rejects.toMatchObject({
      ...{ code: 'config_invalid', field: 'CARRIER_MONGODB_DATABASE' },
    });
    expect(await copy()).toBe(true);
    expect(await stored(shared, everything)).toEqual(before);
  });

  it('is refused without the shared database, into one that is used, and while a hub runs', async () => {
    const { platform, carrier } = await open({});
    await platform.dm('ann', 'hello');
    await platform.last(1);
    await expect(copy()).rejects.toMatchObject({ code: 'store_locked' });
    await carrier.stop();
    await expect(
      copyStore(readConfig(home.settings()), log, { found() {}, done() {} }),
    ).rejects.toMatchObject({ field: 'MONGODB_URL' });
    const client = new MongoClient(shared.MONGODB_URL!);
    const notes = client.db(shared.CARRIER_MONGODB_DATABASE).collection<{ _id: string }>('notes');
    await notes.insertOne({ _id: '"x"' });
    await expect(copy()).rejects.toMatchObject({ field: 'CARRIER_MONGODB_DATABASE' });
    expect(existsSync(join(dataDir(), 'moved.json'))).toBe(false);
    await notes.deleteMany({});
    await client.close();
    await copy();
    expect(readFileSync(join(dataDir(), 'moved.json'), 'utf8')).not.toContain('mongodb://');
  });

  /** At least one of everything that a store holds, in every state. */
  async function fill(store: Store): Promise<void> {
    const rooms = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'];
    const said = await Promise.all(
      rooms.map(async (roomId) => {
        const memory = message({ roomId, text: `in ${roomId}` });
        await store.memories.append(memory);
        return memory;
      }),
    );
    const [one, two, three, four, five] = said;
    const delivered = commitOf([one!]);
    const dead = commitOf([two!], { status: 'failed', text: 'given up' });
    const due = commitOf([three!]);
    const silent = commitOf([four!], { silent: true });
    for (const each of [delivered, dead, due, silent]) expect(await store.turns.commit(each)).toBe(true);
    await store.outbox.delivered(delivered.outbound!.id, { messageIds: ['p1'] });
    await store.outbox.failed(dead.outbound!.id, { code: 'delivery_failed', message: 'gone' }, null);
    const failing = { since: 1, lastAt: 2, nextAt: 3 };
    await store.outbox.failed(due.outbound!.id, { code: 'delivery_failed', message: 'later' }, failing);
    await store.turns.checkpoint(checkpointOf([five!], ['thinking']));
    // Waits for a decision.
    const asking = message({ roomId: 'r7', text: 'may I' });
    await store.memories.append(asking);
    const waits = commitOf([asking]);
    Object.assign(waits.turn, { status: 'waiting', waitsUntil: Date.now() + 1e7 });
    await store.turns.commit(waits);
    await store.memories.append(
      triggerMemory(message({ roomId: 'r8' }), {
        trigger: { kind: 'schedule', scheduleId: 's' },
        key: 'due:1',
      }),
    );
    const file = await store.files.put(Buffer.alloc(5_000_000, 7), newFile());
    const carrying = message({ roomId: 'r9', status: 'kept', text: 'see this' });
    carrying.content.attachments.push({ name: 'a.bin', mediaType: 'a/b', size: 5_000_000, file });
    await store.memories.append(carrying);
    await store.notes.put('some:note', { a: [1, 'ü'] });
    await store.notes.put('passing', 1, { ttlMs: 1e7 });
    expect(
      await store.records.put({ kind: 'thing', id: 'a"b', value: { n: 1 }, group: 'g', due: 5 }, 0),
    ).toBe(true);
    expect(
      await store.records.put({ kind: 'thing', id: 'a"b', value: { n: 2 }, group: 'g', due: 6 }, 1),
    ).toBe(true);
    await store.tokens.save({ hash: 'h', name: 'ops', role: 'admin', tenant: 'default', createdAt: 1 });
    for (let i = 0; i < 3; i++)
      await store.audit.append({
        ...{ id: newId(), at: i, principal: { kind: 'system', name: 'x' }, operation: 'o', target: {} },
        outcome: 'done',
      });
  }

  /** What the ports say of it. */
  async function everything({ memories, turns, outbox, notes, records, tokens, audit, files }: Store) {
    const roomIds = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'];
    const each = <T>(ask: (roomId: string) => Promise<T>) => Promise.all(roomIds.map(ask));
    const list = (state: 'dead' | 'due') => outbox.list({ state: state as never, limit: 50 });
    const { items } = await turns.list({ limit: 500 });
    const history = await each((roomId) => memories.history(roomId, { limit: 500 }));
    const file = history.flatMap((room) => room.items).flatMap(({ content }) => content.attachments)[0]!.file;
    return {
      history: history.map((room) => room.items),
      claims: await each((roomId) => turns.claim(roomId, 10)),
      due: await each((roomId) => outbox.due(roomId, 10)),
      undecided: await each((roomId) => turns.undecided(roomId, 10)),
      dead: (await list('dead')).items,
      turns: (await Promise.all(items.map(({ turnId }) => turns.get(turnId)))).sort((a, b) =>
        a!.turnId < b!.turnId ? -1 : 1,
      ),
      notes: [await notes.list('', 50)].flat().filter(({ key }) => key !== 'audit:head'),
      records: (await records.list('thing', { limit: 10 })).items,
      soon: await records.due('thing', 10, 10),
      tokens: await tokens.list(),
      links: await audit.links(0, 50),
      file: [await files.find(file), Buffer.from((await files.get(file))!).length],
    };
  }
});
