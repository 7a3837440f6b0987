/** How long a browser stays signed in: half a day after its last request, and a week at most. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accessOn } from '../../src/access/access.js';
import { InProcessBus } from '../../src/bus/in-process.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';

const hourMs = 3_600_000;
const whom = { kind: 'owner' } as const;
let now: number;
let notes: FakeNotes;
beforeEach(() => {
  now = 1_000_000;
  notes = new FakeNotes();
});

/** What one process knows; nothing of it is kept from before, as after a second. */
function sessions() {
  return accessOn({
    ...{ notes, bus: new InProcessBus(() => {}), platformWide: () => false, sharedBy: () => null },
    ...{ groups: { groupsOf: async () => [] }, isPaired: async () => false, proofOf: () => undefined },
    ...{ publicUrl: undefined, agents: () => [], now: () => now, log: createLogger('silent') },
  }).sessions;
}
const isGood = async (secret: string) => (await sessions().verify(secret)) !== null;
/** The hub's clock, and the store's, which clears away by its own. */
const pass = (ms: number, alsoOfStore: boolean) => {
  now += ms;
  if (alsoOfStore) notes.now += ms;
};

describe.each([true, false])('a session, where the store clears away what is over: %s', (clears) => {
  it('is over half a day after its last request', async () => {
    const { secret } = await sessions().open(whom, 'a browser');
    pass(12 * hourMs - 1000, clears);
    expect(await isGood(secret)).toBe(true);
    // That was one, so it goes on.
    pass(11 * hourMs, clears);
    expect(await isGood(secret)).toBe(true);
    pass(12 * hourMs + 1000, clears);
    expect(await isGood(secret)).toBe(false);
    expect(await sessions().list()).toEqual([]);
  });

  it('is over after a week, however much it is used', async () => {
    const { secret, until } = await sessions().open(whom, 'a browser');
    expect(until).toBe(now + 7 * 24 * hourMs);
    for (; now < until - 6 * hourMs; pass(6 * hourMs, clears)) expect(await isGood(secret)).toBe(true);
    pass(until - 1 - now, clears);
    expect(await isGood(secret)).toBe(true);
    pass(1, clears);
    expect(await isGood(secret)).toBe(false);
  });

  it('that nobody used again is over, though its browser keeps the cookie', async () => {
    const { secret } = await sessions().open(whom, 'a browser');
    pass(12 * hourMs, clears);
    expect(await isGood(secret)).toBe(false);
  });
});
