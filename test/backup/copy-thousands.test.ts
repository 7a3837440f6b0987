/** Thousands of messages go from an embedded store to a shared database, killed on the way; the hub goes on there as if nothing had been. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { copyStore, whatToCopy } from '../../src/copying.js';
import { type Memory, roomIdOf, scopeOf } from '../../src/core/memory.js';
import { keyRingOf } from '../../src/encryption/key-ring.js';
import { createLogger } from '../../src/logger.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store/samples.js';
import { settingOf } from '../encryption/sealed-database.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { databaseBytes, occurrences } from '../support/word-scan.js';

const log = createLogger('silent');
const cutOff = fileURLToPath(new URL('./copy-cut-off.mjs', import.meta.url));
const rooms = 40;
/** Rooms whose last message has no answer yet, and rooms whose last reply nobody has seen. */
const [waiting, unseen] = [20, 10];
const word = 'zqgraphite';
const person = (room: number) => `person${room}`;
const platform = new Platform();

function asked(room: number, at: number, text: string): Memory {
  const source = platform.source(person(room), `m${at}`);
  const author = { id: person(room), name: person(room) };
  const agentId = platform.agentId;
  const scope = scopeOf({ agentId, author, source, direct: true });
  return message({ agentId, roomId: roomIdOf(agentId, source), scope, author, source, text });
}

/** What a hub leaves of so many questions and their answers in each room, and of what it was in the middle of. */
async function fill(store: Store, exchanges: number): Promise<void> {
  for (let at = 0; at < exchanges; at++)
    await Promise.all(
      Array.from({ length: rooms }, async (_, room) => {
        const said = asked(room, at, `${word} ${at}`);
        await store.memories.append(said);
        const commit = commitOf([said], { text: `answered ${at}` });
        expect(await store.turns.commit(commit)).toBe(true);
        if (at === exchanges - 1 && room < unseen) return;
        await store.outbox.delivered(commit.outbound!.id, { messageIds: [`${person(room)}/bot-${at}`] });
      }),
    );
  for (let room = rooms - waiting; room < rooms; room++)
    await store.memories.append(asked(room, exchanges, `I still wait ${room}`));
}

describe.skipIf(noRedis)(`carrier copy of thousands${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  let home: Home;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start({ search: false })]);
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
  });
  afterEach(() => home.dispose());

  // On the protocol server: FerretDB 1 takes minutes for so many.
  for (const [name, exchanges, keys] of [
    ['10,000 messages, encrypted on both sides', 125, settingOf('k1')],
    ['2,000 messages in the clear', 25, ''],
  ] as const)
    it(`${name}: nothing is answered twice, what waits once`, { timeout: 120_000 }, async () => {
      const shared: Record<string, string> = {
        REDIS_URL: redis.url,
        ...mongo.settings(keys ? 'sealed' : 'plain'),
      };
      const settings = home.settings({ ...shared, ...(keys && { CARRIER_ENCRYPTION_KEYS: keys }) });
      const dataDir = settings.CARRIER_DATA_DIR!;
      const filled = await openLibsqlStore({ dataDir, log, ring: keyRingOf(keys) ?? null });
      await fill(filled, exchanges);
      await filled.close();
      const config = readConfig(settings);
      expect(whatToCopy(config).entries).toBe(rooms * exchanges * 2 + waiting);

      const child = spawn(process.execPath, [cutOff, JSON.stringify(settings), String(rooms * exchanges)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      expect((await once(child, 'close'))[1]).toBe('SIGKILL');
      const counts: number[] = [];
      const done = (part: string, count: number) => part === 'entries' && counts.push(count);
      expect(await copyStore(config, log, { found() {}, done })).toBe(true);
      // Batch by batch from where it was killed: what was there was not brought again.
      expect(counts[0]).toBeGreaterThan(rooms * exchanges);
      expect(counts.at(-1)).toBe(rooms * exchanges * 2 + waiting);

      const { MONGODB_URL: url = '', CARRIER_MONGODB_DATABASE: database = '' } = shared;
      const there = occurrences(await databaseBytes(url, database), word);
      if (keys) expect(there).toBe(0);
      else expect(there).toBeGreaterThanOrEqual(rooms * exchanges);

      const speaking = new Platform();
      const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
      const hub = await home.carrier({ connectors: [speaking], model }, settings);
      await until(() => speaking.texts.length >= waiting + unseen, 60_000);
      // The platform says some of it once more, and somebody goes on.
      for (let at = 0; at < exchanges; at += 25)
        await Promise.all(
          Array.from({ length: rooms }, async (_, room) => {
            const again = await speaking.dm(person(room), `${word} ${at}`, { id: `m${at}` });
            expect(again).toMatchObject({ duplicate: true });
          }),
        );
      await speaking.dm(person(0), 'and now');
      await until(() => speaking.texts.includes('echo and now'));
      await until(async () => (await hub.store.outbox.count()).waiting === 0);
      const expected = [
        'echo and now',
        ...Array.from({ length: unseen }, () => `answered ${exchanges - 1}`),
        ...Array.from({ length: waiting }, (_, i) => `echo I still wait ${rooms - waiting + i}`),
      ];
      expect([...speaking.texts].sort()).toEqual(expected.sort());
      await hub.stop();

      const client = new MongoClient(url);
      const memories = client.db(database).collection('memories');
      const of = (filter: object) => memories.countDocuments({ kind: 'message', ...filter });
      expect(await of({ role: 'user' })).toBe(rooms * exchanges + waiting + 1);
      expect(await of({ role: 'assistant' })).toBe(rooms * exchanges + waiting + 1);
      expect(await of({ status: 'pending' })).toBe(0);
      await client.close();
    });
});
