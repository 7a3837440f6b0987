import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';

describe.skipIf(noRedis)(
  noRedis ? `several hubs (skipped: ${noRedis})` : 'several hubs on one Redis and one MongoDB',
  () => {
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
      shared = { REDIS_URL: redis.url, ...mongo.settings(`hubs${++databases}`) };
    });
    afterEach(() => home.dispose());

    const client = ({ url, token }: Hub): Api => api(url, token.secret);
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    it('take turns in a room, never two at once, and answer on whichever hub was asked', async () => {
      let running = 0;
      let most = 0;
      const model = scriptedModel(async (request) => {
        most = Math.max(most, ++running);
        await pause(3);
        running--;
        return `heard ${lastSaid(request)}`;
      });
      const overrides = { model: () => model };
      const hubs = await Promise.all([home.hub(overrides, shared), home.hub(overrides, shared)]);
      const clients = hubs.map(client);
      const sent = Array.from({ length: 200 }, (_, i) => `message ${i}`);
      await Promise.all(
        sent.map((text, i) =>
          clients[i % 2]!.send('assistant', { text, userId: 'alice', roomId: 'line', messageId: text }),
        ),
      );
      expect(most).toBe(1);
      const messages = await clients[0]!.messages('assistant', 'line');
      const asked = messages.filter(({ role }) => role === 'user');
      expect(asked.map(({ text }) => text).sort()).toEqual([...sent].sort());
      expect(asked.every(({ status }) => status === 'handled')).toBe(true);
      const upTo = messages
        .filter(({ role }) => role === 'assistant')
        .map(({ replyTo }) => asked.findIndex(({ id }) => id === replyTo));
      expect(upTo).toEqual([...new Set(upTo)].sort((a, b) => a - b));
    });

    it('leave each other their admin tokens, also on one machine', async () => {
      const hubs = await Promise.all(
        ['one', 'other'].map((folder) =>
          home.hub({}, { ...shared, CARRIER_DATA_DIR: `${home.folder}/${folder}` }),
        ),
      );
      for (const { url } of hubs)
        for (const { token } of hubs)
          expect((await api(url, token.secret).get('/assistant/rooms/line/messages')).status).toBe(200);
    });

    it('show on one hub the deltas of a turn that another one runs', async () => {
      const model = scriptedModel(() => 'one two three four five');
      const hubs = await Promise.all(
        Array.from({ length: 2 }, () => home.hub({ model: () => model }, shared)),
      );
      for (let i = 0; i < 10; i++) {
        const events = await client(hubs[i % 2]!).stream('assistant', { text: `${i}`, userId: 'alice' });
        const deltas = events.filter(({ event }) => event === 'text.delta').map(({ data }) => data.text);
        expect(deltas.join('')).toBe('one two three four five');
        expect(events.at(-1)!.event).toBe('reply');
      }
    });

    it('lose nothing when Redis forgets everything', async () => {
      const model = scriptedModel(async () => {
        await pause(20);
        return 'done';
      });
      const hub = await home.hub({ model: () => model }, { ...shared, CARRIER_SWEEP_MS: '300' });
      const sending = Array.from({ length: 40 }, (_, i) =>
        client(hub).send('assistant', { text: `message ${i}`, userId: `user${i % 8}`, messageId: `${i}` }),
      );
      await until(() => model.requests.length > 3);
      await redis.flush();
      const answers = await Promise.all(sending);
      expect(answers.every(({ reply }) => reply!.text === 'done')).toBe(true);
    });

    it.skipIf(process.env.REDIS_URL)(
      'store what comes while Redis is away, and answer it later',
      async () => {
        const model = scriptedModel(() => 'done');
        const hub = await home.hub({ model: () => model }, { ...shared, CARRIER_SWEEP_MS: '300' });
        const to = client(hub);
        await to.send('assistant', { text: 'first', userId: 'alice' });
        await redis.kill();
        const answer = to.send('assistant', { text: 'second', userId: 'alice' });
        await until(async () => (await to.messages('assistant', 'user:alice')).length === 3);
        expect((await fetch(`${hub.url}/readyz`)).status).toBe(503);
        expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
        await redis.restart();
        expect((await answer).reply!.text).toBe('done');
      },
      60_000,
    );

    it('go on with the work of one that is killed', async () => {
      const settings = (folder: string) => ({
        ...home.settings({ ...shared, CARRIER_SWEEP_MS: '300', CARRIER_TURN_MAX_MESSAGES: '1' }),
        CARRIER_DATA_DIR: `${home.folder}/${folder}`,
        HOME: home.folder,
      });
      const doomed = new HubProcess(settings('doomed'));
      const heir = new HubProcess(settings('heir'));
      const url = await doomed.start();
      const dying = api(url, doomed.token);
      const posts = Array.from({ length: 60 }, (_, i) =>
        dying.post('assistant', { text: `message ${i}`, userId: 'alice', roomId: 'line', messageId: `${i}` }),
      );
      await Promise.race(posts);
      await doomed.end('SIGKILL');
      await Promise.allSettled(posts);
      const living = api(await heir.start(), heir.token);
      try {
        await until(async () => {
          // Who asks all the time takes from the hub what it needs to go on.
          await pause(100);
          const messages = await living.messages('assistant', 'line');
          return messages.every(({ status }) => status !== 'pending');
        }, 40_000);
        expect((await living.messages('assistant', 'line')).length).toBeGreaterThan(2);
      } finally {
        await heir.end('SIGKILL');
      }
    }, 60_000);

    it('say which half of their settings is missing', () => {
      expect(() => home.config({ REDIS_URL: redis.url })).toThrow(/MONGODB_URL/);
    });
  },
);
