import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CatchUpMark, CatchUpMarks } from '../../../src/extension-api.js';
import { FakeHost } from '../../../src/testing/host.js';
import { until } from '../../support/until.js';

describe('[structure.12] a catch-up mark', () => {
  it('passes what was seen to, and nothing else, in whatever order the work ends', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.infiniteStream(fc.tuple(fc.boolean(), fc.nat())),
        (positions, chances) => {
          const mark = new CatchUpMark(0n);
          const waiting = [...positions];
          const running: number[] = [];
          while (waiting.length + running.length > 0) {
            const [begins, which] = chances.next().value!;
            if (waiting.length > 0 && (begins || running.length === 0)) {
              const position = waiting.shift()!;
              running.push(position);
              mark.begin(BigInt(position));
            } else {
              const [position] = running.splice(which % running.length, 1);
              mark.seen(BigInt(position!));
            }
            for (const position of running) expect(mark.upTo).toBeLessThan(BigInt(position));
            if (running.length === 0) {
              const begun = positions.filter((position) => !waiting.includes(position));
              expect(mark.upTo).toBe(BigInt(Math.max(...begun)));
            }
          }
        },
      ),
    );
  });

  it('stands still at what failed, until that is seen to when it comes again', () => {
    const mark = new CatchUpMark(10n);
    mark.begin(11n);
    mark.begin(12n);
    mark.seen(12n);
    expect(mark.upTo).toBe(10n);
    mark.begin(11n);
    mark.seen(11n);
    expect(mark.upTo).toBe(12n);
  });

  it('does not pass a stretch that has yet to be read, whatever comes live meanwhile', () => {
    const mark = new CatchUpMark(10n);
    const read = mark.gap();
    for (const position of [11n, 30n, 31n]) {
      mark.begin(position);
      mark.seen(position);
    }
    expect(mark.upTo).toBe(10n);
    const readAgain = mark.gap();
    read();
    read();
    expect(mark.upTo).toBe(10n);
    readAgain();
    expect(mark.upTo).toBe(31n);
  });
});

describe('[structure.12] catch-up marks', () => {
  const open = (host: FakeHost, more = {}) =>
    CatchUpMarks.load({ notes: host.notes, key: 'marks', warn: () => {}, ...more });

  it('are known to the next process: how far, and in which order', async () => {
    const host = new FakeHost();
    const marks = await open(host);
    for (const [conversation, position] of [
      ['a', 1n],
      ['b', 5n],
      ['a', 9n],
    ] as const) {
      marks.begin(conversation, position);
      await marks.seen(conversation, position);
    }
    marks.begin('a', 20n);
    await marks.close();
    const next = await open(host);
    expect(next.conversations).toEqual([
      ['b', 5n],
      ['a', 19n],
    ]);
    expect(next.upTo('c')).toBeUndefined();
  });

  it('have a new conversation known at once, and how far it went a little later', async () => {
    const host = new FakeHost();
    const marks = await open(host);
    marks.begin('a', 7n);
    await marks.seen('a', 7n);
    expect((await open(host)).upTo('a')).toBe(7n);
    marks.begin('a', 8n);
    await marks.seen('a', 8n);
    await until(async () => (await open(host)).upTo('a') === 8n);
  });

  it('keep an unread stretch over a restart', async () => {
    const host = new FakeHost();
    const marks = await open(host);
    marks.begin('a', 7n);
    await marks.seen('a', 7n);
    marks.gap('a');
    marks.begin('a', 100n);
    await marks.seen('a', 100n);
    await marks.close();
    expect((await open(host)).upTo('a')).toBe(7n);
  });

  it('forget those of the oldest events, but none that has something left to do', async () => {
    const marks = await open(new FakeHost(), { most: 2 });
    marks.begin('busy', 1n);
    for (const conversation of ['a', 'b', 'c']) {
      marks.begin(conversation, 2n);
      await marks.seen(conversation, 2n);
    }
    expect(marks.conversations.map(([conversation]) => conversation)).toEqual(['busy', 'c']);
  });

  it('tell what kept them from being written, and go on', async () => {
    const told: unknown[] = [];
    const host = new FakeHost();
    const put = () => Promise.reject(new Error('away'));
    const marks = await CatchUpMarks.load({
      notes: { get: async () => null, take: async () => null, put },
      key: 'marks',
      warn: (err) => told.push((err as Error).message),
    });
    marks.begin('a', 7n);
    await marks.seen('a', 7n);
    expect(told).toEqual(['away']);
    expect(marks.upTo('a')).toBe(7n);
    expect((await open(host)).conversations).toEqual([]);
  });

  it('are read and written as an older version did', async () => {
    const host = new FakeHost();
    await host.notes.put('marks', '41');
    const codec = {
      read: (noted: unknown): [string, bigint][] => (typeof noted === 'string' ? [['', BigInt(noted)]] : []),
      write: ([[, upTo] = ['', 0n]]: [string, bigint][]) => String(upTo),
    };
    const marks = await open(host, { codec });
    marks.begin('', 42n);
    await marks.seen('', 42n);
    await marks.close();
    expect(await host.notes.get('marks')).toBe('42');
  });
});
