/** What several processes write down at once is read in one order, nothing twice and nothing left out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { EventLog } from '../../src/governance/event-log.js';
import { createLogger } from '../../src/logger.js';
import type { Store } from '../../src/store/store.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { until } from '../support/until.js';

const log = createLogger('silent');

onBothStores('events', (engines) => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-events-'));
  let store: Store;
  let now = 0;
  let opened: EventLog[] = [];
  beforeAll(async () => {
    store = await openStore(join(folder, 'data'), engines());
  });
  afterEach(async () => {
    for (const one of opened) await one.stop();
    opened = [];
    for (const { id } of (await store.records.list('event-batch', { limit: 500 })).items)
      await store.records.remove('event-batch', id);
    for (const key of ['events-wanted', 'events-head']) await store.notes.take(key);
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (more: Partial<Store> = {}): EventLog => {
    const one = new EventLog({
      store: { ...store, records: store.records, notes: store.notes, ...more },
      now: () => Date.now() + now,
      log,
    });
    opened.push(one);
    return one;
  };
  const say = (to: EventLog, name: string) => to.add({ type: 'message.stored', messageId: name });
  const namesIn = (page: { events: { event: { messageId?: string } }[] }) =>
    page.events.map(({ event }) => event.messageId);
  /** Reads on from a cursor until it has seen so many. */
  async function follow(from: EventLog, cursor: string | undefined, count: number) {
    const seen: { id: string; name: string | undefined }[] = [];
    let resets = 0;
    for (let at = cursor; seen.length < count; ) {
      const page = await from.read(at, 7);
      if (page.reset) resets += 1;
      seen.push(...page.events.map(({ id, event }) => ({ id, name: event.messageId })));
      at = page.cursor;
      if (page.events.length === 0) await from.more(AbortSignal.timeout(1000));
    }
    return { seen, resets };
  }

  it('[governed.16] of four writers at once are read by all in the same order, each once, while they write', async () => {
    const writers = [open(), open(), open(), open()];
    const readers = [open(), writers[0]!];
    const begins = await Promise.all(readers.map((reader) => reader.read(undefined, 10)));
    const names = writers.flatMap((_, writer) => Array.from({ length: 25 }, (_, at) => `${writer}-${at}`));
    const reading = readers.map((reader, at) => follow(reader, begins[at]!.cursor, names.length));
    for (let at = 0; at < 25; at++) {
      for (const [writer, one] of writers.entries()) say(one, `${writer}-${at}`);
      if (at % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 160));
    }
    const [one, other] = await Promise.all(reading);
    expect(one!.seen.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(other!.seen).toEqual(one!.seen);
    expect([one!.resets, other!.resets]).toEqual([0, 0]);
    for (const writer of [0, 1, 2, 3]) {
      const own = one!.seen.map(({ name }) => name!).filter((name) => name.startsWith(`${writer}-`));
      expect(own).toEqual(Array.from({ length: 25 }, (_, at) => `${writer}-${at}`));
    }
    // From any place in it, the rest follows.
    for (const at of [0, 13, 98]) {
      const rest = await follow(open(), one!.seen[at]!.id, names.length - at - 1);
      expect(rest).toEqual({ seen: one!.seen.slice(at + 1), resets: 0 });
    }
  });

  it('[governed.16] of a batch whose number another process takes first come behind it: no reader passes them by', async () => {
    const slow = open({
      records: {
        ...Object.fromEntries(
          (['get', 'remove', 'list', 'due'] as const).map((name) => [
            name,
            store.records[name].bind(store.records),
          ]),
        ),
        put: async (record: Parameters<Store['records']['put']>[0], version: number) => {
          await held;
          return store.records.put(record, version);
        },
      } as Store['records'],
    });
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const fast = open();
    const reader = open();
    const { cursor } = await reader.read(undefined, 10);
    say(slow, 'first');
    await new Promise((resolve) => setTimeout(resolve, 200));
    say(fast, 'second');
    const seen = await follow(reader, cursor, 1);
    expect(seen.seen.map(({ name }) => name)).toEqual(['second']);
    go();
    const rest = await follow(reader, seen.seen[0]!.id, 1);
    expect(rest.seen.map(({ name }) => name)).toEqual(['first']);
  });

  it.each(['99.0', '1.7', 'nonsense', '0.-1', '-1.0', '99999999999999.0'])(
    '[governed.16] are all read anew, which is said, for the cursor %s that is none of theirs',
    async (cursor) => {
      const one = open();
      await one.want();
      say(one, 'a');
      await follow(one, undefined, 1);
      say(one, 'b');
      await follow(one, undefined, 2);
      const page = await one.read(cursor, 10);
      expect([page.reset, namesIn(page)]).toEqual([true, ['a', 'b']]);
      expect(await one.read(page.cursor, 10)).toEqual({ events: [], cursor: page.cursor, reset: false });
    },
  );

  it('are not written while nobody reads; who comes back after that is told that some are missing', async () => {
    const one = open();
    say(one, 'unread');
    await new Promise((resolve) => setTimeout(resolve, 250));
    await one.stop();
    expect((await store.records.list('event-batch', { limit: 1 })).items).toEqual([]);
    const two = open();
    const { cursor } = await two.read(undefined, 10);
    say(two, 'read');
    const { seen, resets } = await follow(two, cursor, 1);
    expect([seen[0]!.name, resets]).toEqual(['read', 0]);
    now = 90_000_000;
    try {
      await store.notes.take('events-wanted');
      const three = open();
      say(three, 'lost');
      await three.stop();
      const four = open();
      say(four, 'lost, too');
      await until(async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await open().want();
        say(four, 'kept');
        return (await open().read(undefined, 10)).events.length > 1;
      });
      expect(await open().read(seen[0]!.id, 10)).toMatchObject({ reset: true });
      const whole = await open().read(undefined, 10);
      expect(whole.reset).toBe(false);
      expect(namesIn(whole)).not.toContain('lost');
    } finally {
      now = 0;
    }
  });

  it('that a process has in hand when it stops are written, and old ones thrown away, but for the last', async () => {
    const one = open();
    await one.want();
    say(one, 'kept');
    await one.stop();
    expect(namesIn(await open().read(undefined, 10))).toEqual(['kept']);
    const [{ id } = { id: '' }] = (await store.records.list('event-batch', { limit: 1 })).items;
    for (let number = Number(id) + 1; number < Number(id) + 20; number++)
      await store.records.put(
        {
          kind: 'event-batch',
          id: String(number).padStart(14, '0'),
          value: { key: 'k', at: 1, events: [] },
          due: 2,
        },
        0,
      );
    const two = open();
    await two.want();
    say(two, 'new');
    await two.stop();
    const left = (await store.records.list('event-batch', { limit: 100 })).items.map((record) =>
      Number(record.id),
    );
    const last = Number(id) + 20;
    expect(left).toEqual([Number(id), ...Array.from({ length: 11 }, (_, at) => last - 10 + at)]);
  });
});
