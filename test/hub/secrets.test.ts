/** Secrets of the store in a whole hub: what uses them, and where their values must not be. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, json, type Received, type Script, scriptedServer } from '../llm/scripted-server.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
beforeEach(() => {
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } });
});
afterEach(() => home.dispose());

const answer = (text: string) =>
  events([{ id: 'c', choices: [{ index: 0, delta: { content: text }, finish_reason: 'stop' }] }, '[DONE]']);
const keysOf = (received: Received[]) => received.map(({ headers }) => headers.authorization);
const models = (url: string) => ({
  ...{ CARRIER_MODELS: 'openai', OPENAI_API_KEY: 'secret:openai', OPENAI_BASE_URL: `${url}/v1` },
  CARRIER_TURN_ATTEMPTS: '1',
});

/** Keeps secrets in the home's data folder, as a hub that ran before. */
async function keep(secrets: Record<string, string>): Promise<void> {
  const carrier = await home.carrier();
  for (const [name, value] of Object.entries(secrets)) await carrier.secrets.set(name, value);
  await carrier.stop();
}

describe('a model’s key', () => {
  it('is taken up when it is set, rotated and removed; nothing else starts anew', async () => {
    const { url, received } = await scriptedServer(answer('yes'));
    const platform = new Platform();
    let starts = 0;
    const start = platform.start.bind(platform);
    platform.start = (host) => {
      starts++;
      return start(host);
    };
    const carrier = await home.carrier({ connectors: [platform] }, models(url));
    const ask = async () => {
      const before = platform.shown.length;
      await platform.dm('ann', 'hello?');
      await until(() => platform.shown.length > before);
    };
    await ask();
    expect(received).toEqual([]);
    await carrier.secrets.set('openai', 'key-number-one');
    await carrier.secrets.set('other', 'not-for-models');
    await ask();
    await carrier.secrets.rotate('openai', 'key-number-two');
    await ask();
    await carrier.secrets.remove('openai');
    await ask();
    expect(keysOf(received)).toEqual(['Bearer key-number-one', 'Bearer key-number-two']);
    expect(starts).toBe(1);
  });

  it('that is rotated does not cut off the turn that uses the old one', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Script = async (response, request) => {
      await released;
      await answer('finished')(response, request);
    };
    const { url, received } = await scriptedServer(slow, answer('next'));
    const platform = new Platform();
    const carrier = await home.carrier({ connectors: [platform] }, models(url));
    await carrier.secrets.set('openai', 'key-number-one');
    await platform.dm('ann', 'hello?');
    await until(() => received.length === 1);
    await carrier.secrets.rotate('openai', 'key-number-two');
    release();
    await until(() => platform.shown.length === 1);
    expect(platform.shown[0]!.text).toBe('finished');
    await platform.dm('ann', 'and now?');
    await until(() => platform.shown.length === 2);
    expect(keysOf(received)).toEqual(['Bearer key-number-one', 'Bearer key-number-two']);
  });

  it('is found where an endpoint names a setting that names the secret, and is taken up when it is rotated', async () => {
    const { url, received } = await scriptedServer(answer('yes'));
    const path = join(home.folder, 'carrier.config.json');
    const desk = { provider: 'openai', baseUrl: `${url}/v1`, model: 'm', apiKey: 'env:DESK_KEY' };
    writeFileSync(path, JSON.stringify({ endpoints: { desk } }));
    const platform = new Platform();
    const carrier = await home.carrier(
      { connectors: [platform] },
      { CARRIER_CONFIG: path, CARRIER_MODELS: 'desk', DESK_KEY: 'secret:desk' },
    );
    for (const value of ['key-number-one', 'key-number-two']) {
      const before = platform.shown.length;
      await carrier.secrets.set('desk', value);
      await platform.dm('ann', 'hello?');
      await until(() => platform.shown.length > before);
    }
    expect(keysOf(received)).toEqual(['Bearer key-number-one', 'Bearer key-number-two']);
  });

  it('stands in an endpoint of carrier.config.json too', async () => {
    const { url, received } = await scriptedServer(answer('yes'));
    const path = join(home.folder, 'carrier.config.json');
    const desk = { provider: 'openai', baseUrl: `${url}/v1`, model: 'm', apiKey: 'secret:desk' };
    writeFileSync(path, JSON.stringify({ endpoints: { desk } }));
    const platform = new Platform();
    const carrier = await home.carrier(
      { connectors: [platform] },
      { CARRIER_CONFIG: path, CARRIER_MODELS: 'desk' },
    );
    await carrier.secrets.set('desk', 'key-of-the-desk');
    await platform.dm('ann', 'hello?');
    await until(() => platform.shown.length === 1);
    expect(keysOf(received)).toEqual(['Bearer key-of-the-desk']);
  });
});

describe('an embedder’s key', () => {
  it('is found although the store opens with it, and is taken up when it is rotated', async () => {
    await keep({ openai: 'key-number-one' });
    const vectors: Script = (response, request) => {
      const data = (request.body.input as string[]).map((_, index) => ({
        ...{ object: 'embedding', index, embedding: [0.6, 0.8] },
      }));
      return json(200, { object: 'list', data, model: 'm', usage: {} })(response, request);
    };
    const { url, received } = await scriptedServer(vectors);
    const platform = new Platform();
    const carrier = await home.carrier(
      { connectors: [platform] },
      {
        ...{ CARRIER_MODELS: 'offline', CARRIER_EMBEDDER: 'openai:nomic-embed-text' },
        ...{ OPENAI_API_KEY: 'secret:openai', OPENAI_BASE_URL: `${url}/v1` },
      },
    );
    await platform.dm('ann', 'hello?');
    await until(() => received.length > 0);
    expect(new Set(keysOf(received))).toEqual(new Set(['Bearer key-number-one']));
    await carrier.secrets.rotate('openai', 'key-number-two');
    const before = received.length;
    await platform.dm('ann', 'and what about the weather?');
    await until(() => received.length > before);
    expect(keysOf(received.slice(before))).toContain('Bearer key-number-two');
  });

  it('that is missing keeps the hub from starting, with its setting and the fix; the folder is free again', async () => {
    const env = { CARRIER_EMBEDDER: 'openai', OPENAI_API_KEY: 'secret:openai' };
    await expect(home.carrier({}, env)).rejects.toThrow(/OPENAI_API_KEY: .*carrier secrets set openai/);
    await keep({ openai: 'key-number-one' });
    await home.carrier({}, env);
  });
});

describe('a value', () => {
  it('is in no file of the data folder, no log line, no answer and no prompt', async () => {
    const value = 'V3ry-secret"value"no.1';
    await keep({ openai: value });
    // A service that tells the key back to whoever will listen.
    const { url, received } = await scriptedServer((response, request) =>
      json(400, { error: { message: `The key ${value} (${JSON.stringify(value)}) is wrong.` } })(
        response,
        request,
      ),
    );
    const hub = new HubProcess({
      ...home.settings({ ...models(url), OPENAI_API_KEY: 'secret:openai', CARRIER_LOG_LEVEL: 'trace' }),
      HOME: home.folder,
    });
    try {
      const address = await hub.start();
      const client = api(address, hub.token);
      const said = { text: 'what is the key?', userId: 'ann' };
      const answered = await client.post('assistant', said);
      const streamed = JSON.stringify(await client.stream('assistant', said));
      const ready = await (await fetch(`${address}/readyz`)).text();
      const told = [await answered.text(), streamed, ready, hub.log, hub.output].join('\n');
      expect(hub.log).toContain('[redacted]');
      expect(received.length).toBeGreaterThan(0);
      const prompts = JSON.stringify(received.map(({ body }) => body));
      const data = join(home.folder, 'data');
      const files = readdirSync(data).map((file) => readFileSync(join(data, file)));
      expect(readdirSync(data)).toContain('carrier.db-wal');
      const bytes = Buffer.from(value);
      const forms = [bytes, Buffer.from(value, 'utf16le'), bytes.toString('base64'), bytes.toString('hex')];
      for (const form of forms)
        for (const place of [...files, Buffer.from(told), Buffer.from(prompts)])
          expect(place.includes(form)).toBe(false);
      for (const text of [told, prompts, ...files.map(String)]) expect(text).not.toContain('V3ry-secret');
    } finally {
      await hub.end('SIGKILL');
    }
  });
});
