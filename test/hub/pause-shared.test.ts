/** The kill switch where several processes share a Redis and a database: paused in one, it counts in all. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Carrier } from '../../src/carrier.js';
import type { InputOf } from '../../src/operations/operations.js';
import { definePlugin } from '../../src/plugin/plugin.js';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

/** As promised, in ms; a busy machine has a little more. */
const promisedMs = 1000;
const graceMs = 1500;
const system = { kind: 'system' } as const;
const agent = { what: 'agent', agentId: 'assistant' } as const;
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe.skipIf(noRedis)(noRedis ? `pauses (skipped: ${noRedis})` : 'pauses of several processes', () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  let home: Home;
  let shared: Record<string, string>;
  let databases = 0;
  let platforms: Platform[];
  let model: ReturnType<typeof scriptedModel>;
  let did: string[];
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  });
  afterAll(async () => {
    await redis?.stop();
    await mongo?.stop();
  });
  beforeEach(() => {
    home = new Home();
    platforms = [new Platform(), new Platform()];
    // One platform, which shows what comes from both gateways in one order.
    Object.assign(platforms[1]!, { shown: platforms[0]!.shown });
    did = [];
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['doing'] },
      connectors: { telegram: { dm: 'open', operators: ['root'] } },
    });
    shared = { REDIS_URL: redis.url, ...mongo.settings(`pause${++databases}`), CARRIER_SWEEP_MS: '300' };
  });
  afterEach(() => home.dispose());

  const doing = definePlugin({
    name: 'doing',
    create: () => ({
      actions: [
        {
          ...{ name: 'dawdle', description: 'dawdles', parameters: z.object({}) },
          run: (_: unknown, { signal }) => {
            did.push('begun');
            return hang(signal).finally(() => did.push('ended'));
          },
        },
        {
          ...{ name: 'pay', description: 'pays', parameters: z.object({}), needsApproval: true },
          run: async () => {
            did.push('paid');
            return 'paid';
          },
        },
      ],
    }),
  });
  const gateway = (platform: Platform) =>
    home.carrier({ connectors: [platform], plugins: [doing] }, { ...shared, CARRIER_ROLE: 'gateway' });
  const worker = (env: Record<string, string> = {}) =>
    home.carrier({ model: () => model, plugins: [doing] }, { ...shared, ...env, CARRIER_ROLE: 'worker' });
  const start = () => Promise.all([gateway(platforms[0]!), gateway(platforms[1]!), worker()]);
  const pause = (by: Carrier, input: InputOf<'switches.pause'>) =>
    by.operations!.call('switches.pause', input, system);
  const resume = (by: Carrier, input: InputOf<'switches.resume'>) =>
    by.operations!.call('switches.resume', input, system);
  const shown = () => platforms[0]!.texts;
  const shows = (text: string | RegExp, ms?: number) =>
    until(() => shown().some((one) => one.match(text) !== null), ms);
  const soon = promisedMs + graceMs;

  it('set aside what was approved before tools were paused: the room talks on, and it is done later', async () => {
    model = scriptedModel((request) => {
      if (request.messages.at(-1)!.role === 'tool') return 'it is done';
      return lastSaid(request) === 'pay'
        ? { calls: [{ name: 'pay', arguments: '{}' }] }
        : `echo ${lastSaid(request)}`;
    });
    const [one] = await start();
    const { memory } = (await platforms[0]!.dm('ann', 'pay'))!;
    await shows(/waits until an operator approves/);
    await pause(one, agent);
    const turnId = (await one.store.memories.get(memory.id))!.turnId!;
    await one.operations!.call('turns.resume', { turnId, approve: true }, system);
    await pause(one, { what: 'tools' });
    await resume(one, agent);
    await platforms[0]!.dm('ann', 'hello');
    await shows(/echo hello/);
    expect(did).toEqual([]);
    await resume(one, { what: 'tools' });
    await shows('it is done');
    expect(did).toEqual(['paid']);
  });

  it('stop messages, a turn that runs and what waits; all go on in order, once', async () => {
    model = scriptedModel((request, signal) =>
      model.requests.length === 1 ? hang(signal) : `echo ${lastSaid(request)}`,
    );
    const [one, other] = await start();
    await platforms[1]!.say('ann', 'slow');
    await until(() => model.requests.length === 1);
    for (const name of ['one', 'two', 'three']) await platforms[1]!.say(name, 'hello');
    await pause(one, agent);
    await shows(/^Ada is paused by its operators/, soon);
    // In the other gateway, within moments; he is told, too.
    await until(async () => (await platforms[1]!.dm('bob', 'hello')) === null, soon);
    await until(() => shown().filter((text) => /^Ada is paused/.test(text)).length === 2, soon);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(model.requests).toHaveLength(1);
    // A process that begins now knows, too.
    await worker();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(model.requests).toHaveLength(1);
    const before = shown().length;
    await Promise.all([resume(one, agent), resume(other, agent)]);
    await until(() => shown().length === before + 3, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const names = ['one', 'two', 'three'];
    expect(shown().slice(before)).toEqual(names.map((name) => `echo ${name}: hello`));
    expect(model.requests).toHaveLength(4);
  }, 40_000);

  it('end a running action, and the model goes on without', async () => {
    model = scriptedModel((request) =>
      request.messages.at(-1)!.role === 'tool'
        ? 'without it'
        : { calls: [{ name: 'dawdle', arguments: '{}' }] },
    );
    const [one] = await start();
    await platforms[1]!.dm('ann', 'do it');
    await until(() => did.length === 1);
    await pause(one, { what: 'tools' });
    await until(() => did.includes('ended'), soon);
    await shows('without it', soon);
  }, 30_000);

  it('count for a worker and a gateway that hear nothing', async () => {
    model = scriptedModel((_, signal) => hang(signal));
    const [one] = await start();
    await platforms[1]!.dm('ann', 'slow');
    await until(() => model.requests.length === 1);
    // As another process writes it whose event is lost.
    const { pauseId } = await import('../../src/access/pause.js');
    const { what, ...where } = agent;
    const note = { what, where, by: 'test', at: Date.now() };
    await one.store.notes.put(`pause:${pauseId(what, where)}`, note);
    await shows(/^Ada is paused/, soon);
    await until(async () => (await platforms[1]!.dm('bob', 'hello')) === null, soon);
  }, 30_000);

  it('are given in a chat of one gateway, and count in the other', async () => {
    model = scriptedModel((request) => `echo ${lastSaid(request)}`);
    await start();
    await platforms[0]!.dm('ann', 'hello');
    await shows('echo hello');
    expect(await platforms[0]!.command('root', 'pause', 'ann spam')).toMatch(/ann is paused/);
    await until(async () => (await platforms[1]!.dm('ann', 'again')) === null, soon);
    await shows('Ada is paused for you by its operators: spam. Please write again later.');
    // Once, whichever gateway she writes to.
    await platforms[0]!.dm('ann', 'and again');
    await platforms[1]!.dm('bob', 'me?');
    await shows('echo me?');
    expect(shown().filter((text) => text.includes('for you'))).toHaveLength(1);
    expect(await platforms[1]!.command('root', 'resume', 'ann')).toMatch(/no longer paused/);
    await until(async () => (await platforms[0]!.dm('ann', 'now')) !== null, soon);
  }, 30_000);

  it('end streams of other processes with the reason', async () => {
    model = scriptedModel((_, signal) => hang(signal));
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
    const hubs = await Promise.all(
      ['one', 'other'].map((folder) =>
        home.hub({ model: () => model }, { ...shared, CARRIER_DATA_DIR: `${home.folder}/${folder}` }),
      ),
    );
    const clients = hubs.map(({ url, token }) => api(url, token.secret));
    const ask = (client: Api, userId: string) => client.stream('assistant', { text: 'slow', userId });
    const streams = [...clients, ...clients].map((client, index) => ask(client, `user${index}`));
    await until(() => model.requests.length === 4);
    const paused = await fetch(`${hubs[0]!.url}/switches/pause`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hubs[0]!.token.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...agent, reason: 'An incident' }),
    });
    expect(paused.status).toBe(200);
    const all = Promise.all(streams).then((ended) => ended.map((events) => events.at(-1)));
    const late = new Promise<never>((_, reject) => setTimeout(reject, soon, new Error('Some did not end.')));
    const message = 'Ada is paused by its operators: An incident. Please write again later.';
    expect(await Promise.race([all, late])).toEqual(
      Array(4).fill({
        event: 'turn.failed',
        data: expect.objectContaining({ error: { code: 'paused', message } }),
      }),
    );
    expect(await refusal(clients[1]!)).toBe('paused');
  }, 30_000);

  it('outlive the death of the one that paused', async () => {
    const settings = (folder: string) => ({
      ...home.settings(shared),
      CARRIER_CHARACTERS_DIR: `${home.folder}/plain`,
      ...{ CARRIER_DATA_DIR: `${home.folder}/${folder}`, HOME: home.folder },
    });
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(`${home.folder}/plain`);
    writeFileSync(`${home.folder}/plain/assistant.json`, JSON.stringify({ name: 'Ada', bio: '.' }));
    const [doomed, other] = [new HubProcess(settings('doomed')), new HubProcess(settings('other'))];
    try {
      const url = await doomed.start();
      const address = await other.start();
      const far = api(address, other.token);
      expect((await far.send('assistant', { text: 'hello', userId: 'ann' })).reply).not.toBeNull();
      const paused = await fetch(`${url}/switches/pause`, {
        method: 'POST',
        headers: { authorization: `Bearer ${doomed.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...agent, reason: 'An incident' }),
      });
      expect(paused.status).toBe(200);
      await doomed.end('SIGKILL');
      await until(async () => (await refusal(far)) === 'paused', soon);
      const ready = await fetch(`${address}/readyz`);
      expect(await ready.text()).toContain('paused by an operator: agent assistant');
      await other.end('SIGKILL');
      const heir = api(await other.start(), other.token);
      expect(await refusal(heir)).toBe('paused');
    } finally {
      await Promise.all([doomed.end('SIGKILL'), other.end('SIGKILL')]);
    }
  }, 60_000);

  async function refusal(client: Api): Promise<string | undefined> {
    const response = await client.post('assistant', { text: 'hello?', userId: 'ann' });
    return ((await response.json()) as { error?: { code: string } }).error?.code;
  }
});
