import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';

describe.skipIf(noRedis)(
  noRedis ? `roles (skipped: ${noRedis})` : 'a gateway and workers, as processes of their own',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let home: Home;
    let started: HubProcess[] = [];
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
      databases++;
    });
    afterEach(async () => {
      await Promise.all(started.map((hub) => hub.end('SIGKILL')));
      started = [];
      await home.dispose();
    });

    function hub(role: string, change: Record<string, string> = {}): HubProcess {
      const process = new HubProcess({
        ...home.settings({
          REDIS_URL: redis.url,
          ...mongo.settings(`roles${databases}`),
          CARRIER_ROLE: role,
          CARRIER_SWEEP_MS: '500',
          ...change,
        }),
        CARRIER_DATA_DIR: `${home.folder}/${role}${started.length}`,
        HOME: home.folder,
      });
      started.push(process);
      return process;
    }

    const ask = (client: Api, text: string, roomId = 'line') =>
      client.send('assistant', { text, userId: 'alice', roomId, messageId: text });

    it('store what comes and answer it once a worker is there', async () => {
      const gateway = hub('gateway');
      const client = api(await gateway.start(), gateway.token);
      const asked = ask(client, 'hello');
      await until(async () => (await client.messages('assistant', 'line')).length === 1);
      // No worker yet: a gateway does not take turns itself.
      await new Promise((resolve) => setTimeout(resolve, 1200));
      expect((await client.messages('assistant', 'line')).map(({ status }) => status)).toEqual(['pending']);
      await hub('worker').start();
      expect((await asked).reply!.text).not.toBe('');
    });

    it('give a worker no routes but health and metrics, and no token of its own', async () => {
      const gateway = hub('gateway');
      const client = api(await gateway.start(), gateway.token);
      const worker = hub('worker');
      const url = await worker.start();
      await ask(client, 'hello');
      expect(worker.token).toBe('');
      const get = (path: string) =>
        fetch(url + path, { headers: { Authorization: `Bearer ${gateway.token}` } });
      expect((await get('/healthz')).status).toBe(200);
      const ready = await get('/readyz');
      expect(await ready.json()).toMatchObject({
        ready: true,
        checks: { store: 'ok', queue: 'ok', models: 'ok' },
      });
      const metrics = await (await get('/metrics')).text();
      expect(metrics).toMatch(/carrier_turn_seconds_count\{status="done",agent="assistant"\} 1/);
      expect(metrics).toMatch(/carrier_queue_rooms\{queue="turns",state="waiting"\} 0/);
      expect((await get('/assistant/rooms/line/messages')).status).toBe(404);
    });

    it('share a room among workers, and end in order when told to', async () => {
      const gateway = hub('gateway');
      const workers = [hub('worker'), hub('worker')];
      const client = api(await gateway.start(), gateway.token);
      await Promise.all(workers.map((worker) => worker.start()));
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => ask(client, `message ${i}`, `room ${i % 10}`)),
      );
      expect(answers.every(({ reply }) => reply!.text !== '')).toBe(true);
      expect(await workers[0]!.end('SIGTERM')).toBe(0);
      expect((await ask(client, 'one is left')).reply!.text).not.toBe('');
      expect(await Promise.all([workers[1]!.end('SIGTERM'), gateway.end('SIGTERM')])).toEqual([0, 0]);
    });

    it('are refused where there is no place to meet', async () => {
      await expect(hub('worker', { REDIS_URL: '', MONGODB_URL: '' }).start()).rejects.toThrow(/CARRIER_ROLE/);
    });

    it('turn senders away while more rooms wait than the limit', async () => {
      const gateway = hub('gateway', { CARRIER_MAX_BACKLOG: '3' });
      const client = api(await gateway.start(), gateway.token);
      const body = (n: number) => ({
        text: `message ${n}`,
        userId: `user ${n}`,
        callbackUrl: 'https://example.com/',
      });
      for (let n = 0; n < 5; n++) expect((await client.post('assistant', body(n))).status).toBe(202);
      let refused: Response | undefined;
      await until(async () => {
        refused = await client.post('assistant', body(99));
        return refused.status !== 202;
      });
      expect(refused!.status).toBe(429);
      expect(Number(refused!.headers.get('Retry-After'))).toBeGreaterThan(0);
    });
  },
);
