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

  type Keeping = { retentionDays?: number; keepFacts?: boolean };
  const pass = (agents: Record<string, Keeping>, hubDays?: number, signal = new AbortController().signal) =>
    new Retention({
      memories: store.memories,
      agents: () =>
        Object.entries(agents).map(([id, memory]) => ({
          id,
          character: Character.parse({ name: id, bio: 'b', memory }),
        })),
      hubDays,
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
