/** The end of a hub is its own: whatever hangs in what it carries, it ends, and its folder is free for the next one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Connector } from '../../src/connector/connector.js';
import { defineConnector, secret } from '../../src/extension-api.js';
import type { Embedder } from '../../src/llm/llm.js';
import { definePlugin, type Plugin } from '../../src/plugin/plugin.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const env = { CARRIER_STOP_MS: '200' };
const model = () => scriptedModel(() => 'hi');
const contextProviders = [{ name: 'nothing', provide: async () => '' }];

/** Gives back what never ends, and notes that it has begun. */
function hang() {
  let begun = 0;
  const forever = () => {
    begun++;
    return new Promise<never>(() => {});
  };
  return Object.assign(forever, { begun: () => begun });
}

describe('a hub ends although it hangs', () => {
  it('that an embedder hangs: turns have its time, and it is closed', async () => {
    const forever = hang();
    let close = () => {};
    const closed = new Promise<never>((_, reject) => {
      close = () => reject(new Error('closed'));
    });
    const embedder: Embedder = {
      ...{ id: 'slow:1', dimensions: 2, close: async () => close() },
      embed: () => Promise.race([forever(), closed]),
    };
    home.character('assistant', { name: 'Ada', bio: '.', connectors: { http: { dm: 'open' } } });
    const carrier = await home.carrier({ model, embedder }, { CARRIER_STOP_MS: '20000' });
    await carrier.host.receive({
      ...{ agentId: 'assistant', direct: true, author: { id: 'ann' }, text: 'hello', attachments: [] },
      source: { connector: 'http', tenant: 'default', channel: 'c', messageId: '1' },
    });
    await until(() => forever.begun() > 0);
    const began = performance.now();
    await carrier.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it.each<[string, (forever: () => Promise<never>) => Partial<Plugin>]>([
    ['learning', (learn) => ({ evaluators: [{ name: 'learner', learn }] })],
    ['closing', (close) => ({ close })],
    ['observing', (turn) => ({ events: { turn } })],
  ])('that a plugin hangs in: %s', async (_, parts) => {
    const forever = hang();
    const plugin = definePlugin({ name: 'hanging', create: () => ({ contextProviders, ...parts(forever) }) });
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['hanging'] },
      connectors: { http: { dm: 'open' } },
    });
    const carrier = await home.carrier({ model, plugins: [plugin] }, env);
    const said = { connector: 'http', tenant: 'default', channel: 'c', messageId: '1' };
    await carrier.host.receive({
      ...{ agentId: 'assistant', source: said, direct: true, author: { id: 'ann' }, text: 'hello' },
      attachments: [],
    });
    await until(async () => (await carrier.store.turns.list({ limit: 1 })).items.length === 1);
    if (!('close' in parts(forever))) await until(() => forever.begun() === 1);
    await carrier.stop();
    expect(forever.begun()).toBe(1);
    await home.carrier({ model }, env);
  });

  it.each<[string, (forever: () => Promise<never>) => Partial<Connector>]>([
    ['starting', (start) => ({ start })],
    ['stopping', (stop) => ({ stop })],
    ['opening', (open) => ({ connection: { id: 'line', open, close: async () => {}, health: () => 'ok' } })],
    ['closing', (close) => ({ connection: { id: 'line', open: async () => {}, close, health: () => 'ok' } })],
  ])('that a connector hangs in: %s', async (_, parts) => {
    const forever = hang();
    let created = false;
    const phone = defineConnector({
      name: 'phone',
      settings: z.object({ token: secret().optional() }),
      create: ({ agent }) => {
        created = true;
        const plain = { name: 'phone', agentId: agent!.id, start: async () => {}, stop: async () => {} };
        return { ...plain, ...parts(forever) };
      },
    });
    const carrier = await home.carrier(
      { model, extensions: [phone] },
      { ...env, CARRIER_AGENT: 'late', PHONE_TOKEN: 'x' },
    );
    // After the start, which waits for connectors itself.
    home.character('late', { name: 'Late', bio: '.' });
    await until(() => created);
    await carrier.stop();
    expect(forever.begun()).toBeGreaterThan(0);
    await home.carrier({ model }, env);
  });
});
