/** Live replies that come late, on the real hub and across processes. */
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisBus } from '../../../src/bus/redis.js';
import type { LanguageModel, ModelChunk } from '../../../src/extension-api.js';
import { createLogger } from '../../../src/logger.js';
import { LiveReplies } from '../../../src/replies.js';
import { Telling } from '../../../src/runtime/telling.js';
import { FakeHost } from '../../../src/testing/host.js';
import { Platform } from '../../hub/platform.js';
import { Home } from '../../support/hub.js';
import { noRedisServer, RedisServer } from '../../support/redis.js';
import { until } from '../../support/until.js';

const times = { everyMs: 20, typingEveryMs: 20, maxChars: 1000 };

/** A screen with one message. */
function screen() {
  const shown = { text: '', times: 0 };
  return {
    shown,
    open: async (text: string) => {
      shown.text = text;
      shown.times += 1;
      return 'p1';
    },
    update: async (_: string, text: string) => {
      shown.text = text;
    },
  };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

it('[structure.12] a turn of the real hub is joined after its first words, and its reply is whole', async () => {
  let release = () => {};
  let began = false;
  const held = new Promise<void>((resolve) => (release = resolve));
  const model: LanguageModel = {
    id: 'slow:test',
    abilities: { sees: false, hears: false, tools: false },
    async *stream(): AsyncGenerator<ModelChunk> {
      yield { type: 'text', text: 'Once upon' };
      began = true;
      await held;
      yield { type: 'text', text: ' a time' };
      yield { type: 'end', finish: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
    },
  };
  const home = new Home();
  closing.push(() => home.dispose());
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [], connectors: { telegram: { dm: 'open' } } },
  });
  const platform = new Platform();
  await home.carrier({ connectors: [platform], model: () => model });
  const { memory } = (await platform.dm('ann', 'tell me'))!;
  await until(() => began);
  const live = new LiveReplies({ host: platform.host, ...times });
  closing.push(() => live.stop());
  const surface = screen();
  live.follow(memory, surface);
  await until(() => surface.shown.text === 'Once upon');
  release();
  expect(await platform.last(1)).toBe('Once upon a time');
  const { turnId } = platform.shown[0]!.outbound;
  expect(await live.finish(turnId)).toBe('p1');
});

describe.skipIf(noRedisServer)(
  noRedisServer
    ? `[structure.12] across processes (skipped: ${noRedisServer})`
    : '[structure.12] across processes',
  () => {
    it('a turn is joined late, and shown whole again after a Redis that was away', async () => {
      const redis = await RedisServer.start({ own: true });
      closing.push(() => redis.stop());
      const open = () => {
        const [publisher, subscriber] = [1, 2].map(() => new Redis(redis.url).on('error', () => {}));
        const log = createLogger('silent');
        const bus = new RedisBus({ publisher: publisher!, subscriber: subscriber!, prefix: 'test:', log });
        closing.push(() => bus.close().then(() => publisher!.disconnect()));
        return bus;
      };
      const [worker, gateway] = [open(), open()];
      const host = new FakeHost({ echo: false });
      host.watch = (roomId, listener) => gateway.subscribe(roomId, listener);
      const source = { connector: 'test', tenant: 'default', channel: 'c', messageId: 'm' };
      const memory = (await host.receive({
        ...{ agentId: 'eliza', source, direct: true, author: { id: 'ann' }, text: 'hello' },
      }))!.memory;
      const { roomId, id } = memory;
      const turn = { turnId: 't', roomId, covers: [id], attempt: 1 };
      const telling = new Telling(turn, (room, event) => worker.publish(room, event), 50);
      closing.push(() => telling.end());
      const say = (text: string) => telling.publish({ type: 'text.delta', turnId: 't', text });
      say('One');
      const live = new LiveReplies({ host, ...times });
      closing.push(() => live.stop());
      const surface = screen();
      live.follow(memory, surface);
      await until(() => surface.shown.text === 'One');
      await redis.kill();
      say(' two');
      await redis.restart();
      say(' three');
      await until(() => surface.shown.text === 'One two three');
      say(' four');
      await until(() => surface.shown.text === 'One two three four');
      expect(surface.shown.times).toBe(1);
    });
  },
);

it('[delivery.3] half an answer goes away once its room has read that the models are, and the answer comes by itself', async () => {
  const host = new FakeHost({ echo: false });
  const live = new LiveReplies({ host, ...times });
  closing.push(() => live.stop());
  const surface = {
    ...screen(),
    discarded: [] as string[],
    discard: async (id: string) => void surface.discarded.push(id),
  };
  const source = { connector: 'test', tenant: 'default', channel: 'lobby', messageId: 'm1' };
  const author = { id: 'alice' };
  const { memory } = (await host.receive({ agentId: 'eliza', source, direct: true, author, text: 'hello' }))!;
  live.follow(memory, surface);
  const turn = host.begin(memory).delta('One two');
  await until(() => surface.shown.text === 'One two');
  const waiting = {
    ...{ type: 'turn.waiting' as const, turnId: turn.id, covers: [memory.id], until: Date.now() + 1000 },
    error: { code: 'model_unavailable', message: 'away' },
  };
  // An outage of a few seconds leaves it as it is.
  host.publish(memory.roomId, { ...waiting, told: false });
  host.publish(memory.roomId, { ...waiting, told: true });
  await until(() => surface.discarded.length > 0);
  expect(surface.discarded).toEqual(['p1']);
  host.begin(memory).delta('Three').commit('Three four');
  expect(await live.finish(turn.id)).toBeNull();
  expect(surface.shown).toEqual({ text: 'One two', times: 1 });
});
