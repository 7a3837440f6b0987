import { FakeNotes } from '../../src/testing/notes.js';

/** Notes that count what they are asked. */
export class CountedNotes extends FakeNotes {
  asked = 0;

  override get(key: string): Promise<unknown> {
    this.asked++;
    return super.get(key);
  }

  override put(...args: Parameters<FakeNotes['put']>): Promise<void> {
    this.asked++;
    return super.put(...args);
  }
}

/**
 * How many of these a cache holds, seen from outside: who is held is answered without `asked()` going up. They are looked
 * up from the last that was put in to the first, since a look-up that has to ask keeps what it found.
 */
export async function held<T>(
  all: readonly T[],
  lookUp: (one: T) => unknown,
  asked: () => number,
): Promise<number> {
  let count = 0;
  for (const one of [...all].reverse()) {
    const before = asked();
    await lookUp(one);
    if (asked() === before) count++;
  }
  return count;
}

/** `prefix0`, `prefix1` … */
export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}
