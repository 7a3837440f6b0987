/** What the hub removes by itself: how long each agent keeps what was said, on what is stored already. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Character } from '../../src/core/character.js';
import type { MemoryKind } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { Retention } from '../../src/memory/retention.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { temporaryFolder } from '../store/folder.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const dayMs = 24 * 3600 * 1000;
const daysAgo = (days: number) => Date.now() - days * dayMs;

describe('retention', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  beforeEach(async () => {
    folder = temporaryFolder();
    store = await openLibsqlStore({ dataDir: folder.path, log });
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  const went: [string, string, number][] = [];
  type Keeping = { retentionDays?: number; keepFacts?: boolean; retention?: object };
  const pass = (agents: Record<string, Keeping>, hubDays?: number, signal = new AbortController().signal) =>
    new Retention({
      memories: store.memories,
      agents: () =>
        Object.entries(agents).map(([id, memory]) => ({
          id,
          character: Character.parse({ name: id, bio: 'b', memory }),
        })),
      hubDays,
      tell: async (...what) => void went.push(what),
      log,
    }).apply(signal);
  const say = (agentId: string, days: number, kind: MemoryKind = 'message') => {
    const text = `${agentId}, ${kind}, ${days} days`;
    const parts = { agentId, kind, text, scope: agentId, roomId: agentId, status: 'kept' as const };
    return store.memories.append(message({ ...parts, createdAt: daysAgo(days) }));
  };
  const left = async () => (await store.memories.unembedded('look', 100)).map(({ text }) => text).sort();

  it('keeps everything for ever unless told otherwise', async () => {
    await say('ada', 4_000);
    expect(await pass({ ada: {} })).toBe(0);
    expect(await left()).toHaveLength(1);
  });

  it('goes by the character, by the hub, and by the shorter of the two', async () => {
    for (const agent of ['short', 'long', 'plain', 'gone'])
      for (const days of [5, 20, 50]) await say(agent, days);
    const agents = { short: { retentionDays: 10 }, long: { retentionDays: 365 }, plain: {} };
    expect(await pass(agents)).toBe(2);
    expect(await pass(agents, 30)).toBe(3);
    expect(await left()).toEqual(
      ['gone, message, 20', 'gone, message, 5', 'long, message, 20', 'long, message, 5']
        .concat(['plain, message, 20', 'plain, message, 5', 'short, message, 5'])
        .map((text) => `${text} days`),
    );
  });

  it('applies a changed retention to what is stored', async () => {
    for (const days of [5, 20, 50]) await say('ada', days);
    expect(await pass({ ada: { retentionDays: 30 } })).toBe(1);
    expect(await pass({ ada: { retentionDays: 60 } })).toBe(0);
    expect(await pass({ ada: { retentionDays: 10 } })).toBe(1);
    expect(await left()).toEqual(['ada, message, 5 days']);
  });

  it('leaves facts, unless the character says otherwise, and documents always', async () => {
    for (const kind of ['message', 'fact', 'summary', 'document'] as const) await say('ada', 50, kind);
    expect(await pass({ ada: { retentionDays: 30 } })).toBe(2);
    expect(await left()).toEqual(['ada, document, 50 days', 'ada, fact, 50 days']);
    expect(await pass({ ada: { retentionDays: 30, keepFacts: false } })).toBe(1);
    expect(await left()).toEqual(['ada, document, 50 days']);
  });

  it('goes by kind, by place and by how much of a room there is, and says by which', async () => {
    const at = (roomId: string, channel: string, days: number, more = {}) => {
      const source = {
        connector: 'telegram',
        tenant: 'acme',
        channel,
        messageId: `${channel}/${days}/${JSON.stringify(more)}`,
      };
      const text = `${channel}, ${days}`;
      const parts = { agentId: 'ada', roomId, scope: roomId, source, text, status: 'kept' as const, ...more };
      return store.memories.append(message({ ...parts, createdAt: daysAgo(days) }));
    };
    await say('ada', 3, 'summary');
    for (const days of [50, 20, 5]) {
      await at('one', 'one', days);
      await at('two', 'two', days);
    }
    await at('one', 'one', 49, { status: 'pending' });
    const retention = {
      kinds: { summary: 2 },
      places: { telegram: { days: 30 }, 'telegram/acme:two': { days: 10 }, 'telegram/acm': { days: 1 } },
    };
    went.length = 0;
    expect(await pass({ ada: { retention } })).toBe(4);
    expect(went.map(([, rule, count]) => `${rule} ${count}`).sort()).toEqual([
      'days 1',
      'place 1',
      'place 2',
    ]);
    expect(await left()).toEqual(['one, 20', 'one, 5', 'two, 5']);
    // What waits for its answer stays.
    const { items } = await store.memories.history('one', { limit: 9 });
    expect(items.map(({ content }) => content.text).sort()).toEqual(['one, 20', 'one, 49', 'one, 5']);
    await Promise.all(
      Array.from({ length: 15 }, (_, n) => at('four', `four`, 4 - n / 100, { text: `four ${n + 10}` })),
    );
    expect(await pass({ ada: { retention: { messagesPerRoom: 10 } } })).toBe(5);
    expect((await left()).filter((text) => text.startsWith('four '))).toHaveLength(10);
  });

  it('takes files of messages that stay', async () => {
    const owner = { ...message({}), place: 'x', person: 'ann', connector: 'telegram', tenant: 'default' };
    const file = await store.files.put(Buffer.from('plan'), {
      name: 'a.txt',
      mediaType: 'text/plain',
      owner,
    });
    const attachments = [{ name: 'a.txt', mediaType: 'text/plain', size: 4, file }];
    const said = message({ agentId: 'ada', text: 'see', status: 'kept', createdAt: daysAgo(20) });
    await store.memories.append({ ...said, content: { ...said.content, attachments } });
    expect(await pass({ ada: { retention: { fileDays: 30 } } })).toBe(0);
    expect(await store.files.get(file)).not.toBeNull();
    expect(await pass({ ada: { retention: { fileDays: 10 } } })).toBe(1);
    expect(await store.files.get(file)).toBeNull();
    expect(await store.memories.get(said.id)).toMatchObject({ content: { text: 'see', attachments: [] } });
  });

  it('takes as many batches as it needs, and stops between two when told', async () => {
    await Promise.all(Array.from({ length: 450 }, () => say('ada', 50)));
    const stopped = new AbortController();
    const { memories } = store;
    const expire = memories.expire.bind(memories);
    memories.expire = async (request) => {
      stopped.abort();
      return expire(request);
    };
    const first = await pass({ ada: { retentionDays: 30 } }, undefined, stopped.signal);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(450);
    memories.expire = expire;
    expect(await pass({ ada: { retentionDays: 30 } })).toBe(450 - first);
  });
});

describe('a hub', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  it.each(['character', 'hub'])('removes what is older than its %s keeps it', async (where) => {
    home.character('assistant', {
      name: 'Ada',
      bio: 'A helpful assistant.',
      ...(where === 'character' ? { memory: { retentionDays: 30 } } : {}),
    });
    const env = { CARRIER_SWEEP_MS: '200', ...(where === 'hub' ? { CARRIER_RETENTION_DAYS: '30' } : {}) };
    const first = await home.carrier({}, { CARRIER_SWEEP_MS: '60000' });
    const append = (text: string, days: number) =>
      first.store.memories.append(
        message({ agentId: 'assistant', text, status: 'kept', createdAt: daysAgo(days) }),
      );
    await append('old', 50);
    await append('young', 5);
    await first.stop();
    const { store } = await home.carrier({}, env);
    const texts = async () =>
      (await store.memories.history('room', { limit: 5 })).items.map(({ content }) => content.text);
    await until(async () => (await texts()).length === 1);
    expect(await texts()).toEqual(['young']);
  });
});
