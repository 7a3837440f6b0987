/** Documents are read durably: whoever dies is followed, and what is removed meanwhile does not come back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLogger } from '../../../src/logger.js';
import { ownScope } from '../../../src/memory/knowledge/document.js';
import { documentReading } from '../../../src/memory/knowledge/document-reading.js';
import { Knowledge } from '../../../src/memory/knowledge/knowledge.js';
import type { Read } from '../../../src/memory/knowledge/reading.js';
import type { Store } from '../../../src/store/store.js';
import { onBothStores, openStore } from '../../support/both-stores.js';
import { until } from '../../support/until.js';

const agentId = 'assistant';
const text = (name: string) => ({ text: `The word of ${name} is heron.`, headings: [] });
const everybody = () => Promise.resolve('guest' as const);
const room = {
  scope: 'user_x',
  source: { connector: 'http', tenant: 'default', channel: 'x', messageId: 'm' },
};

onBothStores('readings', (engines) => {
  const withStore = async (
    work: (store: Store, made: (read: Read) => Knowledge, clock: { now: number }) => Promise<void>,
  ) => {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-readings-'));
    const store = await openStore(folder, engines());
    const clock = { now: Date.now() };
    const all: Knowledge[] = [];
    const made = (read: Read) => {
      const knowledge = new Knowledge({
        ...{ store, read, quota: { person: Infinity, place: Infinity }, alone: true, reads: true },
        ...{ written: () => {}, now: () => clock.now, log: createLogger('silent') },
      });
      all.push(knowledge);
      return knowledge;
    };
    try {
      await work(store, made, clock);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const given = (name: string, bytes = name) => ({
    ...{ agentId, name, bytes: Buffer.from(bytes), mediaType: 'text/plain', owner: {}, readers: {} },
    source: { kind: 'upload' as const },
  });
  const found = async (store: Store, knowledge: Knowledge, words = 'heron') => {
    const scopes = await knowledge.scopesFor(agentId, [room], everybody);
    return store.memories.search({ agentId, scopes, text: words, limit: 50 });
  };

  it.each([
    ['a wall', {}, '<p>Please enable JavaScript and cookies to continue</p>'],
    ['a login', { got: 'https://id.example/login' }, '<p>Welcome, heron</p>'],
  ])('[knowledge.8] of a page that was fetched, %s is not known', (_, more, html) =>
    withStore(async (store, made) => {
      const knowledge = made(documentReading());
      for (const kind of ['url', 'character'] as const) {
        const page = { ...given(kind, `<html><body>${html}</body></html>`), mediaType: 'text/html' };
        const source = { kind, at: 'https://docs.example/leave', ...more };
        const { id } = await knowledge.documents.add({ ...page, source });
        await knowledge.readings.look();
        expect((await knowledge.documents.get(id))?.value).toMatchObject({ state: 'failed', chunks: 0 });
      }
      expect(await found(store, knowledge, 'JavaScript cookies heron')).toEqual([]);
    }),
  );

  it('[knowledge.18] of what is removed while it is read, nothing is found then or a minute later', () =>
    withStore(async (store, made, clock) => {
      let go = () => {};
      const paused = new Promise<void>((resolve) => {
        go = resolve;
      });
      let began = false;
      const knowledge = made(async (_bytes, { name }) => {
        began = true;
        await paused;
        return { chunks: Array.from({ length: 120 }, (_, at) => text(`${name} ${at}`)), problems: [] };
      });
      const { id } = await knowledge.documents.add(given('a.txt'));
      await until(() => began);
      expect(await knowledge.documents.remove(id)).toBe(true);
      go();
      await knowledge.readings.look();
      expect(await found(store, knowledge)).toEqual([]);
      for (const later of [16_000, 61_000, 3_700_000]) {
        clock.now += later;
        await knowledge.readings.look();
        expect(await found(store, knowledge)).toEqual([]);
      }
      expect(await store.records.get('document', id)).toBe(null);
      expect(await store.records.get('document-chunks', id)).toBe(null);
    }));

  it('[knowledge.18] of what is removed between two batches neither, and it can be given again', () =>
    withStore(async (store, made) => {
      const knowledge = made(async (_bytes, { name }) => ({
        chunks: Array.from({ length: 400 }, (_, at) => text(`${name} ${at}`)),
        problems: [],
      }));
      const { id, document } = await knowledge.documents.add(given('a.txt'));
      await until(async () => (await found(store, knowledge)).length > 0);
      await knowledge.documents.remove(id);
      await knowledge.readings.look();
      expect(await found(store, knowledge)).toEqual([]);
      const again = await knowledge.documents.add(given('a.txt'));
      expect(again).toMatchObject({ id, changed: true });
      expect(again.document.version).toBeGreaterThan(document.version);
      await knowledge.readings.look();
      expect((await knowledge.documents.get(id))?.value).toMatchObject({ state: 'ready', chunks: 400 });
      expect((await found(store, knowledge)).length).toBeGreaterThan(0);
    }));

  it('[knowledge.16] unchanged chunks keep their memories', () =>
    withStore(async (store, made) => {
      let words = ['one heron', 'two heron', 'three heron'];
      const knowledge = made(async () => ({
        chunks: words.map((one) => ({ text: one, headings: [] })),
        problems: [],
      }));
      const { id } = await knowledge.documents.add(given('a.txt', '1'));
      await knowledge.readings.look();
      const before = await knowledge.documents.liveChunks(id);
      words = ['zero heron', 'one heron', 'three heron'];
      await knowledge.documents.add(given('a.txt', '2'));
      await knowledge.readings.look();
      const after = await knowledge.documents.liveChunks(id);
      expect([...after].filter((chunk) => before.has(chunk))).toHaveLength(2);
      const texts = (await found(store, knowledge)).map(({ memory }) => memory.content.text).sort();
      expect(texts).toEqual(['one heron', 'three heron', 'zero heron']);
    }));

  it('[knowledge.19] whoever dies is followed by another, and what kills every reader is given up', () =>
    withStore(async (_store, made, clock) => {
      const never = new Promise<never>(() => {});
      const deadly: Read = async (_bytes, { name }) =>
        name === 'deadly.txt' ? never : { chunks: [text(name)], problems: [] };
      const first = made(deadly);
      const ids: string[] = [];
      for (const name of ['a.txt', 'deadly.txt', 'b.txt', 'c.txt'])
        ids.push((await first.documents.add(given(name))).id);
      const states = async () => {
        const all = await first.documents.select(agentId, () => true);
        return Object.fromEntries(all.map(({ value }) => [value.name, value.state]));
      };
      await until(async () => (await states())['c.txt'] === 'ready');
      // Three processes that die with it: their leases run out.
      for (let tries = 0; tries < 2; tries++) {
        clock.now += 61_000;
        const next = made(deadly);
        next.readings.soon();
        await until(async () => {
          const one = await first.documents.get(ids[1]!);
          return one!.value.tries === tries + 2;
        });
      }
      clock.now += 61_000;
      await made(deadly).readings.look();
      expect(await states()).toEqual({
        ...{ 'a.txt': 'ready', 'b.txt': 'ready', 'c.txt': 'ready' },
        'deadly.txt': 'failed',
      });
      expect((await first.documents.get(ids[1]!))!.value.problems.join()).toContain('3 tries');
    }));

  it('belongs to one room where it is kept for one', () =>
    withStore(async (store, made) => {
      const knowledge = made(async (_bytes, { name }) => ({ chunks: [text(name)], problems: [] }));
      await knowledge.documents.add({ ...given('a.txt'), own: 'user_y' });
      await knowledge.readings.look();
      expect(await found(store, knowledge)).toEqual([]);
      const scopes = [ownScope(agentId, 'user_y')];
      expect(await store.memories.search({ agentId, scopes, text: 'heron', limit: 5 })).toHaveLength(1);
    }));
});
