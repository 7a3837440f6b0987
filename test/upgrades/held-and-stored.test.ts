/** Rooms that people have taken over, and agents in the store, beside hubs of commit b8ee1ad, which know of neither. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { ask } from '../support/tokens.js';
import { until } from '../support/until.js';
import { unpackOldHub } from './old-hub.js';

describe.skipIf(noRedis)(noRedis ? `beside old hubs (skipped: ${noRedis})` : 'beside hubs of b8ee1ad', () => {
  const home = new Home();
  const old: HubProcess[] = [];
  let redis: RedisServer;
  let mongo: Awaited<ReturnType<typeof startMongoServer>>;
  let today: Hub;
  let shared: Record<string, string>;
  const model = scriptedModel((request) => `re: ${lastSaid(request)}`);

  beforeAll(async () => {
    [redis, mongo] = await Promise.all([
      RedisServer.start(),
      startMongoServer({ replicaSet: 'rs0', search: false }),
    ]);
    shared = { REDIS_URL: redis.url, MONGODB_URL: mongo.url, CARRIER_MONGODB_DATABASE: 'beside' };
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
    mkdirSync(join(home.folder, 'program'));
    unpackOldHub(join(home.folder, 'program'));
  }, 60_000);
  afterAll(async () => {
    for (const hub of old) await hub.end('SIGKILL');
    await home.dispose();
    await Promise.all([redis?.stop(), mongo?.stop()]);
  });

  async function oldHub(role: string): Promise<{ url: string; token: string }> {
    const data = join(home.folder, `old-${role}`);
    const settings = { ...shared, CARRIER_ROLE: role, CARRIER_DATA_DIR: data, HOME: home.folder };
    const main = join(home.folder, 'program', 'dist/src/cli/main.js');
    const hub = new HubProcess(home.settings(settings), [main, 'start']);
    old.push(hub);
    return { url: await hub.start(), token: hub.token };
  }
  const call = async (method: string, path: string, body?: object) => {
    const answered = await ask(today.url, today.token.secret, [method, path], body);
    expect(answered, path).toMatchObject({ status: 200 });
    return answered.body;
  };

  it('a held room stays silent, also where an old gateway has let the message in, and nothing is lost to the agent', async () => {
    const gateway = await oldHub('gateway');
    today = await home.hub({ model: () => model }, shared);
    const before = api(gateway.url, gateway.token);
    const message = { userId: 'ann', roomId: 'desk' };
    const first = await before.send('assistant', { ...message, text: 'hi' });
    expect(first.reply!.text).toBe('re: hi');
    const { roomId } = (await call('GET', '/rooms')).rooms[0];
    await call('POST', `/rooms/${roomId}/take-over`, { name: 'Kim' });
    const asked = model.requests.length;
    await before.post('assistant', { ...message, text: 'are you there?' }, { prefer: 'respond-async' });
    const texts = async () => (await before.messages('assistant', 'desk')).map(({ text }) => text);
    await until(async () =>
      (await before.messages('assistant', 'desk')).some(
        ({ text, status }) => text === 'are you there?' && status !== 'pending',
      ),
    );
    await call('POST', `/rooms/${roomId}/answer`, { text: 'Kim is.', name: 'Kim' });
    await until(async () => (await texts()).includes('Kim is.'));
    expect(model.requests).toHaveLength(asked);
    await call('POST', `/rooms/${roomId}/hand-back`);
    const thanks = await before.send('assistant', { ...message, text: 'thanks' });
    expect(thanks.reply!.text).toBe('re: thanks');
    expect(await texts()).toEqual([...['hi', 're: hi', 'are you there?', 'Kim is.', 'thanks', 're: thanks']]);
    const told = JSON.stringify(model.requests.at(-1));
    for (const words of ['are you there?', 'Kim is.', 'handed back to you']) expect(told).toContain(words);
  }, 60_000);

  it('an old worker that takes a turn of an agent in the store says so, keeps the message, and is named by the doctor', async () => {
    await oldHub('worker');
    await call('POST', '/agents', { id: 'nia', definition: { name: 'Nia', bio: '.', plugins: [] } });
    const { url, token } = today;
    const answered = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const message = { text: `m${n}`, userId: `u${n}`, roomId: `r${n}` };
        const response = await api(url, token.secret).post('nia', message);
        return { n, status: response.status, body: JSON.parse(await response.text()) };
      }),
    );
    const failed = answered.filter(({ status }) => status !== 200);
    expect(failed.length).toBeGreaterThan(0);
    for (const { body } of failed)
      expect(body.error).toMatchObject({ code: 'turn_failed', cause: 'No agent "nia". Running: assistant.' });
    for (const { n, status, body } of answered) {
      const said = await api(url, token.secret).messages('nia', `r${n}`);
      const reply = status === 200 ? body.reply.text : body.error.message;
      expect(said.map(({ text }) => text)).toEqual([`m${n}`, reply]);
    }

    const program = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));
    const env = { PATH: process.env.PATH, ...home.settings({ ...shared, HOME: home.folder }) };
    const { stdout } = spawnSync(process.execPath, [program, 'doctor', '--json'], { env, encoding: 'utf8' });
    expect(stdout).toContain('1 of 2 workers on this Redis are of another version (an older one)');
    for (const hub of old) await hub.end('SIGTERM');
    const again = { text: 'again', userId: 'u0', roomId: 'r0' };
    expect((await api(url, token.secret).send('nia', again)).reply!.text).toBe('re: again');
  }, 60_000);
});
