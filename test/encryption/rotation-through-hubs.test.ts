/** Another key while a thousand messages go through hubs, and while some wait for a hub that restarts: each is answered once. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { scanFolder } from '../support/word-scan.js';
import { SealedDatabase, settingOf } from './sealed-database.js';

const [people, each] = [50, 20];
const word = 'zqhematite';
let home: Home;
beforeEach(() => {
  home = new Home();
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.' },
    connectors: { telegram: { dm: 'open', rate: { perUser: 0, perRoom: 0 } } },
  });
});
afterEach(() => home.dispose());

/** Every message that a reply answers; each reply has all of its turn. */
const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
const answered = (platforms: Platform[]) =>
  platforms.flatMap(({ shown }) => shown.flatMap(({ outbound }) => outbound.answers ?? []));
const idsOf = (platforms: Platform[]) => answered(platforms).map(({ messageId }) => messageId);
const keys = (...ids: string[]) => ({ CARRIER_ENCRYPTION_KEYS: settingOf(...ids) });

describe.skipIf(noRedis)(`hubs that share${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start({ search: false })]);
  });
  afterAll(async () => {
    await redis?.stop();
    await mongo?.stop();
  });

  it('[governed.29] answer 1,000 messages once each while the key changes, and need the old one no more', {
    timeout: 120_000,
  }, async () => {
    const shared: Record<string, string> = { REDIS_URL: redis.url, ...mongo.settings('rotating') };
    const platforms: Platform[] = [];
    const open = async (...ids: string[]) => {
      const platform = new Platform();
      platforms.push(platform);
      return {
        platform,
        hub: await home.carrier({ connectors: [platform], model }, { ...shared, ...keys(...ids) }),
      };
    };
    const first = await open('k1', 'k2');
    const second = await open('k1', 'k2');
    let [one, other] = [first, second];
    const sent: string[] = [];
    const say = async (round: number) => {
      await Promise.all(
        Array.from({ length: people }, async (_, at) => {
          const { platform } = at % 2 ? one : other;
          await platform.dm(`person${at}`, `${word} ${round} of ${at}`, { id: `m${round}` });
          sent.push(`person${at}/m${round}`);
        }),
      );
    };
    for (let round = 0; round < each; round++) {
      await say(round);
      // One after the other restarts with the new key first, while the rest of them serves.
      if (round === 5) {
        one = await open('k2', 'k1');
        await first.hub.stop();
      }
      if (round === 10) {
        other = await open('k2', 'k1');
        await second.hub.stop();
      }
    }
    await until(() => new Set(idsOf(platforms)).size === people * each, 60_000);
    await until(async () => (await one.hub.store.outbox.count()).waiting === 0);
    expect(idsOf(platforms).sort()).toEqual(sent.sort());
    const database = new SealedDatabase(shared.MONGODB_URL!, shared.CARRIER_MONGODB_DATABASE!);
    await until(() => database.isAllUnder('k2'), 60_000);
    await Promise.all([one.hub.stop(), other.hub.stop()]);
    const last = await open('k2');
    await last.platform.dm('person1', 'and now', { id: 'last' });
    expect(await last.platform.last(1)).toBe('echo and now');
    const { items } = await last.hub.store.memories.rooms({ limit: 1 });
    const history = await last.hub.store.memories.history(items[0]!.roomId, { limit: 200 });
    expect(history.items.filter(({ content }) => content.text.startsWith(word))).toHaveLength(each);
    await last.hub.stop();
    await database.dispose();
  });
});

describe('a hub of its own', () => {
  it('[governed.29] changes its key at a restart while messages wait, and answers each once', async () => {
    const platforms: Platform[] = [];
    let hold = true;
    let dataDir = join(home.folder, 'data');
    const open = async (...ids: string[]) => {
      const platform = new Platform();
      platforms.push(platform);
      const waiting = () =>
        scriptedModel(async (request) => {
          if (hold) await new Promise(() => {});
          return `echo ${lastSaid(request)}`;
        });
      const settings = { ...keys(...ids), CARRIER_STOP_MS: '300', CARRIER_DATA_DIR: dataDir };
      return { platform, hub: await home.carrier({ connectors: [platform], model: waiting }, settings) };
    };
    const before = await open('k1');
    const say = (at: number) => before.platform.dm(`person${at}`, `${word} ${at}`, { id: 'm' });
    await Promise.all(Array.from({ length: 200 }, (_, at) => say(at)));
    await before.hub.stop();
    expect(idsOf(platforms)).toEqual([]);
    hold = false;
    // A closed store keeps its file open in this process: the hub that restarts has a copy of the folder.
    cpSync(dataDir, join(home.folder, 'moved'), { recursive: true });
    dataDir = join(home.folder, 'moved');
    const began = Date.now();
    const after = await open('k2', 'k1');
    expect(Date.now() - began).toBeLessThan(20_000);
    await until(() => new Set(idsOf(platforms)).size === 200, 30_000);
    await until(async () => (await after.hub.store.outbox.count()).waiting === 0);
    expect(idsOf(platforms)).toHaveLength(200);
    expect(await after.hub.store.encryption!.status()).toMatchObject({
      ...{ current: 'k2', under: [{ key: 'k2' }], rotation: { state: 'done' } },
    });
    await after.hub.stop();
    expect(scanFolder(dataDir, [word])).toEqual([]);
    const last = await open('k2');
    await last.platform.dm('person1', 'and now');
    expect(await last.platform.last(1)).toBe('echo and now');
  }, 60_000);
});
