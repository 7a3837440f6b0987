/** Callbacks whose receiver is away, on the whole hub. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { hour, minute } from './outage.js';

/** Somebody's server: down, or answering as told. */
class Receiver {
  readonly got: { text: string; key: string; answered: number }[] = [];
  answer: () => { status: number; headers?: Record<string, string> } = () => ({ status: 200 });
  /** If set, the one text that `answer` is for. */
  refuses: string | undefined;
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  async up(): Promise<void> {
    this.#server = createServer(async (req, res) => {
      const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
      const taken = this.refuses !== undefined && this.refuses !== body.reply.text;
      const { status, headers = {} } = taken ? { status: 200 } : this.answer();
      this.got.push({ text: body.reply.text, key: String(req.headers['idempotency-key']), answered: status });
      res.writeHead(status, headers).end();
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
    this.#server = undefined;
  }

  /** What it has taken. */
  get texts(): string[] {
    return this.got.filter(({ answered }) => answered === 200).map(({ text }) => text);
  }
}

let home: Home;
let hub: Hub;
let here: Receiver;
let there: Receiver;
let aheadMs: number;
beforeEach(async () => {
  aheadMs = 0;
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  [here, there] = [new Receiver(), new Receiver()];
  await Promise.all([here.up(), there.up()]);
  await start();
});
afterEach(async () => {
  await home.dispose();
  await Promise.all([here.down(), there.down()]);
});

const now = () => Date.now() + aheadMs;
async function start(): Promise<void> {
  hub = await home.hub(
    { model: () => scriptedModel((request) => `re: ${lastSaid(request)}`), now },
    { CARRIER_CALLBACK_ALLOW_PRIVATE: 'true', CARRIER_RETRY_BASE_MS: '100', CARRIER_SWEEP_MS: '100' },
  );
}
const client = () => api(hub.url, hub.token.secret);
async function post(text: string, to: Receiver, more: object = {}): Promise<void> {
  const message = { text, userId: 'ann', roomId: 'r', messageId: text, callbackUrl: to.url, ...more };
  expect((await client().post('assistant', message)).status).toBe(202);
}
const listed = async (state: string) => {
  const { deliveries } = (await (await client().get(`/deliveries?state=${state}&limit=100`)).json()) as {
    deliveries: { attempts: number; nextTryAt: string | null }[];
  };
  return deliveries;
};

describe('[delivery.1] a callback', () => {
  it('whose receiver is down for three seconds is delivered when that is back', async () => {
    await here.down();
    await post('one', here);
    // Sent together, they would be one turn.
    await until(async () => (await listed('waiting')).length === 1);
    await post('two', here);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await here.up();
    await until(() => here.got.length === 2);
    expect(here.texts).toEqual(['re: one', 're: two']);
    expect(await listed('dead')).toEqual([]);
  });

  it('whose receiver is down over a restart of the hub is delivered, once', async () => {
    await here.down();
    await post('one', here);
    await until(async () => (await listed('waiting'))[0]?.attempts === 3);
    await hub.stop();
    await here.up();
    await start();
    await until(() => here.got.length === 1);
    expect(here.texts).toEqual(['re: one']);
  });

  it.each([408, 425, 429, 500, 503])('answered %d is tried again under the same key', async (status) => {
    let left = 6;
    here.answer = () => ({ status: left-- > 0 ? status : 200 });
    await post('one', here);
    await until(() => here.texts.length === 1);
    expect(new Set(here.got.map(({ key }) => key)).size).toBe(1);
    expect(here.got).toHaveLength(7);
  });

  it('keeps to a Retry-After of hours, and the message sent again has it tried at once', async () => {
    here.answer = () => ({ status: 503, headers: { 'retry-after': String(3 * 3600) } });
    await post('one', here);
    await until(async () => (await listed('waiting'))[0]?.attempts === 1);
    const nextTryAt = Date.parse((await listed('waiting'))[0]!.nextTryAt!);
    expect(nextTryAt - now()).toBeGreaterThan(2.9 * hour);
    expect(nextTryAt - now()).toBeLessThanOrEqual(3 * hour);
    here.answer = () => ({ status: 200 });
    aheadMs += 2 * hour;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(here.texts).toEqual([]);
    await post('one', here);
    await until(() => here.texts.length === 1);
    await post('one', here);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // It is not told how late it is: the reply says when it was made.
    expect(here.texts).toEqual(['re: one']);
  });

  it.each([
    ['was given up', true],
    ['waits', false],
  ])('that %s is tried at once when its message is sent again', async (_, dead) => {
    here.answer = () => ({ status: 500 });
    await post('one', here);
    await until(async () => (await listed('waiting'))[0]?.attempts === 1);
    aheadMs += (dead ? 25 : 5) * hour;
    const tried = here.got.length;
    await until(() => here.got.length > tried);
    if (dead) await until(async () => (await listed('dead')).length === 1);
    here.answer = () => ({ status: 200 });
    await post('one', here);
    await until(() => here.texts.length === 1);
    expect([await listed('dead'), await listed('waiting')]).toEqual([[], []]);
    expect(new Set(here.got.map(({ key }) => key)).size).toBe(1);
  });

  it.each([400, 404, 410, 301, 307])(
    'answered %d for good holds up others for ten minutes',
    async (status) => {
      here.answer = () => ({ status, headers: { location: there.url } });
      await post('one', here);
      await until(async () => (await listed('waiting'))[0]?.attempts === 1);
      await post('two', here);
      aheadMs += 9 * minute;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(new Set(here.got.map(({ text }) => text))).toEqual(new Set(['re: one']));
      // From now on it takes everything but the first.
      here.refuses = 're: one';
      aheadMs += 1.1 * minute;
      await until(() => here.texts.length === 1);
      expect(here.texts).toEqual(['re: two']);
      await until(async () => (await listed('dead')).length === 1);
      expect(there.got).toEqual([]);
    },
  );

  it('waits for its own receiver alone: others’ come through, in the same room too, and do not condemn it', async () => {
    await here.down();
    await post('one', here);
    // Else both are one turn.
    await until(async () => (await listed('waiting')).length === 1);
    await post('two', there);
    await until(() => there.texts.length === 1);
    for (let at = 0; at < 4; at++) {
      aheadMs += 15 * minute;
      await post(`more ${at}`, there, { roomId: `other ${at}` });
      await until(() => there.texts.length === 2 + at);
    }
    expect(await listed('dead')).toEqual([]);
    await post('three', here);
    await here.up();
    aheadMs += 15 * minute;
    await until(() => here.texts.length === 2);
    expect(here.texts).toEqual(['re: one', 're: three']);
  });

  it('is not held up by many that wait for another receiver', async () => {
    await here.down();
    for (let at = 0; at < 60; at++) {
      await post(`${at}`, here);
      await until(async () => (await listed('waiting')).length === at + 1);
    }
    await post('one', there);
    await until(() => there.texts.length === 1);
    await here.up();
    await until(() => here.texts.length === 60);
    expect(here.texts).toEqual(Array.from({ length: 60 }, (_, at) => `re: ${at}`));
  });
});
