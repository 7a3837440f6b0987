/** A hub that dies at any step of forgetting: the next one finishes it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { Forgetting } from '../../src/memory/forgetting/forgetting.js';
import { orderRecord } from '../../src/memory/forgetting/order.js';
import type { Wish } from '../../src/memory/forgetting/wish.js';
import { Forgotten } from '../../src/store/forgotten.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { all } from '../../src/store/paging.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, kept, message } from '../contract/store/samples.js';

const log = createLogger('silent');
const whose = { agentId: 'ada', connector: 'http', tenant: 'default', userId: 'u1', scope: 's' };
const pin = 'my pin is Zephyrine-4711';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-cut-off-'));
  store = await openLibsqlStore({ dataDir: folder, log });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function forgettingOn(on: Store): Forgetting {
  const forgotten = new Forgotten(on.notes, () => Buffer.from('key'), { alone: true, log });
  return new Forgetting({ store: on, forgotten, log });
}

/** What was said in the room; the pin stands in messages, a reply with its steps, a fact, and what somebody else says. */
async function said(): Promise<void> {
  const { memories, turns } = store;
  const first = message({ text: pin });
  await memories.append(first);
  const { turn, reply, outbound } = commitOf([first], { text: `Noted: ${pin}.` });
  turn.steps[0]!.text = `I call a tool with ${pin}`;
  await turns.commit({ turn, reply, outbound });
  await memories.append(kept(pin, { kind: 'fact', turnId: turn.turnId }));
  await memories.append(kept(`they said: ${pin}!`, { author: { id: 'u2' } }));
  await memories.append(kept('I like tea'));
}

async function left(): Promise<string[]> {
  const memories = await all<Memory>((page) => store.memories.inScope('ada', 's', page));
  const { items } = await store.turns.list({ limit: 50 });
  const steps = await Promise.all(
    items.map(async ({ turnId }) => JSON.stringify(await store.turns.get(turnId))),
  );
  const records = await store.records.list(orderRecord.kind, { limit: 50 });
  return [...memories.map(({ content }) => content.text), ...steps, JSON.stringify(records)].filter((text) =>
    // By itself: digests of orders have any digits.
    /zephyrine|\b4711\b/i.test(text),
  );
}

/** Dies at the given change of the store, and does nothing afterwards. */
function dyingAt(step: number): { store: Store; steps(): number } {
  let count = 0;
  const changes = new Set([
    'put',
    'take',
    'edit',
    'forget',
    'remove',
    'drop',
    'stopWaiting',
    'append',
    'commit',
  ]);
  const dying = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (changes.has(String(name)) && ++count >= step) return Promise.reject(new Error('killed'));
          return value.apply(target, given);
        };
      },
    });
  const { memories, turns, outbox, notes, records } = store;
  const parts = { memories, turns, outbox, notes, records };
  const dead = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, dying(part)]));
  return { store: { ...store, ...dead } as Store, steps: () => count };
}

describe('a hub that dies while it forgets', () => {
  const wishes: [string, Wish][] = [
    ['a topic', { what: 'topic', words: 'my pin' }],
    ['everything', { what: 'everything' }],
  ];
  it.each(wishes)(
    'leaves nothing of %s, at whichever step it dies',
    { timeout: 120_000 },
    async (_, wish) => {
      await said();
      const counting = dyingAt(Number.POSITIVE_INFINITY);
      const shown = await forgettingOn(counting.store).preview(whose, wish);
      await forgettingOn(counting.store).confirm(shown.code!);
      const steps = counting.steps();
      expect(steps).toBeGreaterThan(6);
      expect(await left()).toEqual([]);
      // The first is the preview's own, the second the order: before that nothing was confirmed.
      for (let step = 2; step < steps; step++) {
        await said();
        const { code } = await forgettingOn(store).preview(whose, wish);
        const dying = dyingAt(step);
        await expect(forgettingOn(dying.store).confirm(code!)).rejects.toThrow('killed');
        expect((await left()).length, `step ${step} of ${steps}`).toBeGreaterThanOrEqual(0);
        await forgettingOn(store).sweep();
        expect(await left(), `step ${step} of ${steps}`).toEqual([]);
      }
    },
  );

  it('keeps an order without words, which the same code names again', async () => {
    await said();
    const { code, counts } = await forgettingOn(store).preview(whose, { what: 'topic', words: 'my pin' });
    // The order itself is through.
    await expect(forgettingOn(dyingAt(2).store).confirm(code!)).rejects.toThrow('killed');
    const { items } = await store.records.list(orderRecord.kind, { limit: 5 });
    expect(items).toMatchObject([{ value: { state: 'ordered', wish: { what: 'memories' } } }]);
    expect(JSON.stringify(items)).not.toMatch(/\bpin\b|zephyrine|\b4711\b/i);
    expect(await forgettingOn(store).confirm(code!)).toEqual(counts);
    expect(await left()).toEqual([]);
  });

  it('forgets nothing of what was said since it was shown, and shows it', async () => {
    await said();
    const forgetting = forgettingOn(store);
    const { code } = await forgetting.preview(whose, { what: 'topic', words: 'my pin' });
    await store.memories.append(kept('my pin is still Zephyrine-4711'));
    const answer = await forgetting.confirm(code!);
    expect(answer).toMatchObject({ outdated: { counts: { messages: 2 } } });
    expect((await left()).length).toBeGreaterThan(3);
    expect(await forgetting.confirm(code!)).toBeNull();
    const { outdated } = answer as { outdated: { code: string } };
    expect(await forgetting.confirm(outdated.code)).toMatchObject({ messages: 2 });
    expect(await left()).toEqual([]);
  });
});
