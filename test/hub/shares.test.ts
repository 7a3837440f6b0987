/** One person, agent or tenant with many slow rooms, and everybody else: over HTTP, on whole hubs. */
import { hash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { type Api, api } from '../support/api.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

onBothStores('[security.13] somebody says hi while 64 slow rooms hang', (engines) => {
  let home: Home;
  let settings: Record<string, string>;
  let open: () => void;
  let model: ReturnType<typeof scriptedModel>;
  /** What is to be answered once the model goes on; it fails where a hub stops before. */
  let asked: Promise<unknown>[];

  beforeEach(() => {
    home = new Home();
    home.character('other', { name: 'Bo', bio: 'Another assistant.' });
    settings = { ...engines(), CARRIER_STOP_MS: '100' };
    asked = [];
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    model = scriptedModel(async (request, signal) => {
      const said = lastSaid(request);
      const stopped = new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
      if (said.startsWith('slow')) await Promise.race([gate, stopped]);
      return `heard ${said}`;
    });
  });
  afterEach(async () => {
    open();
    await home.dispose();
    await Promise.allSettled(asked);
  });

  const hubOn = (env: Record<string, string>) => home.hub({ model: () => model }, env);
  const client = ({ url, token }: Hub): Api => api(url, token.secret);
  const hanging = () => new Set(model.requests.map(lastSaid).filter((said) => said.startsWith('slow'))).size;
  const fill = (to: Api, who: (i: number) => object, agent = 'assistant') => {
    const rooms = Array.from({ length: 64 }, (_, i) =>
      to.send(agent, { text: `slow ${i}`, roomId: `slow-${i}`, ...who(i) }),
    );
    asked.push(...rooms);
    for (const room of rooms) room.catch(() => {});
    return rooms;
  };
  const greets = async (to: Api, userId: string, agent = 'assistant') => {
    const { reply } = await to.send(agent, { text: `hi from ${userId}`, userId });
    expect(reply!.text).toBe(`heard hi from ${userId}`);
  };
  const bob = () => ({ userId: 'bob' });

  it('in others’ rooms, and those of another agent, and gets an answer at once', async () => {
    const to = client(await hubOn(settings));
    const rooms = fill(to, bob);
    // A person may have most slots, and no more.
    await until(() => hanging() >= 54);
    for (const userId of ['alice', 'carol']) await greets(to, userId);
    await greets(to, 'alice', 'other');
    await greets(to, 'bob', 'other');
    expect(hanging()).toBe(54);
    open();
    const answers = await Promise.all(rooms);
    expect(answers.map(({ reply }) => reply!.text)).toEqual(rooms.map((_, i) => `heard slow ${i}`));
  });

  it('while two people do that', async () => {
    const to = client(await hubOn(settings));
    fill(to, bob);
    await until(() => hanging() >= 54);
    fill(to, (i) => ({ userId: 'dave', roomId: `dave-${i}`, text: `slow of dave ${i}` }));
    await until(() => hanging() >= 55);
    for (const userId of ['alice', 'carol']) await greets(to, userId);
  });

  it('while one user does in 64 servers of a platform where an id is one person’s in all of them', async () => {
    const platform = new Platform('discord');
    const rate = { perUser: 0, perRoom: 0 };
    home.character('assistant', { name: 'Ada', bio: '.', connectors: { discord: { rate } } });
    await home.hub({ model: () => model, connectors: [platform] }, settings);
    const say = (who: string, text: string, tenant: string) =>
      platform.say(who, text, { tenant, channel: `${tenant}/${who}` });
    for (let i = 0; i < 64; i++) await say('bob', `slow ${i}`, `server${i}`);
    await until(() => hanging() >= 40);
    await say('alice', 'hi', 'server0');
    await until(() => model.requests.some((request) => lastSaid(request).includes('hi')));
    expect(hanging()).toBeLessThan(60);
  });

  it('while 64 people of one agent do, to another agent', async () => {
    const to = client(await hubOn(settings));
    fill(to, (i) => ({ userId: `user${i}` }));
    await until(() => hanging() >= 62);
    await greets(to, 'alice', 'other');
    expect(hanging()).toBe(62);
  });

  it('while 64 people of one tenant do, in another tenant', async () => {
    const secret = 'carrier_acme';
    const store = await openStore(home.settings().CARRIER_DATA_DIR!, settings);
    const token = { name: 'acme', role: 'admin', tenant: 'acme', createdAt: 0 } as const;
    await store.tokens.save({ ...token, hash: hash('sha256', secret) });
    await store.close();
    const hub = await hubOn(settings);
    fill(client(hub), (i) => ({ userId: `user${i}` }));
    await until(() => hanging() >= 62);
    await greets(api(hub.url, secret), 'alice');
    expect(hanging()).toBe(62);
  });

  it('after a restart, when all 64 wait and no queue knows of them', async () => {
    const first = await hubOn(settings);
    fill(client(first), bob);
    await until(() => hanging() >= 54);
    await first.stop();
    await Promise.allSettled(asked);
    model.requests.length = 0;
    // As if Redis had forgotten everything.
    const { CARRIER_REDIS_PREFIX: prefix } = settings;
    const hub = await hubOn({ ...settings, ...(prefix && { CARRIER_REDIS_PREFIX: `${prefix}_anew` }) });
    const to = client(hub);
    await until(() => hanging() >= 54);
    for (const userId of ['alice', 'carol']) await greets(to, userId);
    expect(hanging()).toBe(54);
    open();
    const handled = async (i: number) =>
      (await to.messages('assistant', `slow-${i}`)).every(({ status }) => status !== 'pending');
    for (let i = 0; i < 64; i++) await until(() => handled(i));
  });
});
