import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Stored } from '../../src/store/libsql/row.js';
import { Window } from '../../src/store/libsql/window.js';
import { message } from '../contract/store.js';

const stored = (seq: number): Stored => ({ seq, memory: message({ id: `m${seq}` }) });

it('never claims to hold what it does not, and shows the rest in order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      (before, later, size) => {
        let line = [...before].sort((a, b) => a - b);
        const window = new Window(line.slice(-size).map(stored), size);
        for (const seq of later.filter((seq) => !before.includes(seq))) {
          window.insert(stored(seq));
          line = [...line, seq].sort((a, b) => a - b);
          for (let limit = 0; limit <= line.length + 1; limit++) {
            if (!window.holds(limit)) continue;
            const newest = limit === 0 ? [] : line.slice(-limit);
            expect(window.newest(limit).map(({ id }) => id)).toEqual(newest.map((id) => `m${id}`));
          }
          expect(window.holds(Math.min(size, line.length))).toBe(true);
          expect(window.weight).toBeLessThanOrEqual(2 * size);
        }
      },
    ),
  );
});

it('counts what it holds, a long text for as many as it is long', () => {
  const window = new Window([], 4);
  const long = (seq: number) => ({ seq, memory: message({ text: 'x'.repeat(9_500) }) });
  for (let seq = 1; seq <= 50; seq++) {
    window.insert(long(seq));
    expect(window.weight).toBe(10 * window.newest(100).length);
  }
  window.insert(long(0));
  expect(window.weight).toBe(10 * window.newest(100).length);
  for (let seq = 51; seq <= 60; seq++) window.insert(stored(seq));
  expect(window.weight).toBe(window.newest(100).length);
});
