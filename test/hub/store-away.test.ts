/** Hubs whose shared database goes away while they work. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { type Api, api } from '../support/api.js';
import { ClientSockets } from '../support/client-sockets.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const patience = {
  ...{
    operationMs: 600,
    slowMs: 5_000,
    selectionMs: 400,
    pingMs: 300,
    lookMs: 50,
    idleMs: 400,
    silenceMs: 1_500,
  },
};

describe.skipIf(noRedis)(
  noRedis ? `a database that goes away (skipped: ${noRedis})` : 'a database that goes away',
  () => {
    let redis: RedisServer;
    let mongo: Awaited<ReturnType<typeof startMongoServer>>;
    let home: Home;
    let hub: Hub;
    let to: Api;
    let sockets: ClientSockets;
    let databases = 0;
    /** Called for every command that the hub sends. */
    let onCommand: (name: string) => void;
    /** How long the model takes. */
    let modelMs: number;
    const model = scriptedModel(async (request) => {
      await new Promise((resolve) => setTimeout(resolve, modelMs));
      return `re: ${lastSaid(request)}`;
    });
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([
        RedisServer.start(),
        startMongoServer({ replicaSet: 'rs0', search: false }),
      ]);
    });
    afterAll(async () => {
      await redis?.stop();
      await mongo?.stop();
    });
    beforeEach(async () => {
      [modelMs, onCommand] = [20, () => {}];
      sockets = new ClientSockets(mongo.port);
      home = new Home();
      const name = `away${++databases}`;
      hub = await home.hub(
        {
          model: () => model,
          database: { patience, onCommand: ({ commandName }) => onCommand(commandName) },
        },
        {
          ...{ REDIS_URL: redis.url, CARRIER_REDIS_PREFIX: name },
          ...{ MONGODB_URL: mongo.url, CARRIER_MONGODB_DATABASE: name },
          // One try that counted would be the last one.
          ...{ CARRIER_TURN_ATTEMPTS: '1', CARRIER_SWEEP_MS: '500' },
        },
      );
      to = api(hub.url, hub.token.secret);
    });
    afterEach(async () => {
      onCommand = () => {};
      await mongo.kill('SIGCONT');
      sockets.close();
      await home.dispose();
    });

    const readyz = async () => {
      const response = await fetch(`${hub.url}/readyz`);
      return { status: response.status, body: (await response.json()) as { checks: { store: string } } };
    };
    /** Sends again and again until it is taken, as a client that was told to come back does; each has its own room. */
    const send = async (i: number): Promise<string> => {
      const body = { text: `${i}`, userId: `user${i}`, messageId: `${i}` };
      for (;;) {
        const answer = await to.send('assistant', body).catch(() => null);
        if (answer?.reply) return answer.reply.text;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    /** Read again where the hub says 503: a connection that was cut may be found to be dead only now. */
    const texts = async (i: number): Promise<string[]> => {
      for (;;) {
        const read = await to.messages('assistant', `user:user${i}`).catch(() => null);
        if (read) return read.map(({ text }) => text);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    const everyoneOnce = async (count: number) => {
      for (let i = 0; i < count; i++) expect(await texts(i)).toEqual([`${i}`, `re: ${i}`]);
    };

    it('[mongodb.13] costs no turn a try: all are answered afterwards, none with an apology', async () => {
      expect((await readyz()).status).toBe(200);
      modelMs = 400;
      const sent = Array.from({ length: 12 }, (_, i) => send(i));
      await until(() => model.requests.length > 4);
      await mongo.kill('SIGSTOP');
      await until(async () => (await readyz()).status === 503);
      await until(async () => /answer|selection|timed out/i.test((await readyz()).body.checks.store));
      // Longer than all tries of a turn, and than it takes to have another client.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      await mongo.kill('SIGCONT');
      expect(await Promise.all(sent)).toEqual(Array.from({ length: 12 }, (_, i) => `re: ${i}`));
      await until(async () => (await readyz()).status === 200);
      await everyoneOnce(12);
    }, 60_000);

    it('[mongodb.13] costs no turn a try either where the server is killed and starts again', async () => {
      modelMs = 300;
      const sent = Array.from({ length: 8 }, (_, i) => send(i));
      await until(() => model.requests.length > 2);
      await mongo.kill('SIGKILL');
      await until(async () => (await readyz()).status === 503);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await mongo.restart();
      expect(await Promise.all(sent)).toEqual(Array.from({ length: 8 }, (_, i) => `re: ${i}`));
      await everyoneOnce(8);
    }, 60_000);

    it('[mongodb.1] [mongodb.2] loses, doubles and gives up nothing while connections are cut inside commands', async () => {
      let commands = 0;
      let cuts = 0;
      onCommand = (name) => {
        if (cuts < 200 && name !== 'ping' && ++commands % 30 === 0) cuts += sockets.cut();
      };
      let count = 0;
      while (cuts < 100) {
        const sent = Array.from({ length: 20 }, () => send(count++));
        expect(await Promise.all(sent)).toEqual(sent.map((_, i) => `re: ${count - 20 + i}`));
      }
      onCommand = () => {};
      await until(async () => (await readyz()).status === 200);
      await everyoneOnce(count);
    }, 120_000);
  },
);
