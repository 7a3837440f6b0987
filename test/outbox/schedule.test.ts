/** The rules of `src/outbox/schedule.ts`, without a hub. */
import { describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../src/errors.js';
import { afterFailure, dueAt, mayBePassed, without } from '../../src/outbox/schedule.js';
import type { Failing } from '../../src/store/outbox.js';

const minute = 60_000;
const hour = 60 * minute;
const limits = {
  firstPauseMs: 500,
  longestPauseMs: 15 * minute,
  windowMs: 24 * hour,
  refusedMs: 10 * minute,
};
const passing = (retryAfterMs?: number) =>
  new RetryableError('delivery_failed', '502', retryAfterMs === undefined ? {} : { retryAfterMs });
const final = () => new FatalError('delivery_failed', '403');
/** Here for ever. */
const bot = (deliveredAt = -1) => ({ seenAt: -100 * hour, deliveredAt });

/** Tries at each planned time until it is given up; the bot delivers others as told. */
function life(error: () => Error, others: (now: number) => number = () => -1): { at: number[]; end: number } {
  let failing: Failing | undefined;
  const at: number[] = [];
  for (let now = hour; ; now = failing.nextAt) {
    at.push(now - hour);
    const failure = { error: error() as RetryableError, at: now, before: failing };
    const next = afterFailure(failure, bot(others(now)), limits);
    if (!next) return { at, end: now - hour };
    failing = next;
  }
}

describe('a reply that fails', () => {
  it('is tried for a day, with pauses that double to a quarter of an hour, and at the very end', () => {
    const { at, end } = life(passing);
    expect(end).toBe(24 * hour);
    const pauses = at.slice(1).map((time, i) => time - at[i]!);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(15 * minute);
    expect(Math.min(...pauses.slice(0, -1))).toBeGreaterThanOrEqual(250);
    expect(at.length).toBeGreaterThan(96);
    expect(at.length).toBeLessThan(250);
    expect(at).toContain(10 * minute);
  });

  it('for good is given up at ten minutes sharp where its bot delivers others', () => {
    expect(life(final, (now) => now - 1).end).toBe(10 * minute);
    expect(life(final, () => hour + minute).end).toBe(10 * minute);
    // Before it began to fail is no sign.
    expect(life(final, () => hour - 1).end).toBe(24 * hour);
    expect(life(final).end).toBe(24 * hour);
  });

  it('with what may pass needs others between its tries', () => {
    expect(life(passing, (now) => now - 1).end).toBe(10 * minute);
    // One alone, at the beginning: the platform may have gone away since.
    expect(life(passing, () => hour + 1).end).toBe(24 * hour);
  });

  it('is not given up in the minute in which its platform comes back', () => {
    const failing = { since: 0, lastAt: 50 * minute, nextAt: 60 * minute };
    const back = 60 * minute;
    const failed = (at: number, before: Failing, deliveredAt: number) =>
      afterFailure({ error: passing(), at, before }, bot(deliveredAt), limits);
    const once = failed(back + 100, failing, back)!;
    const twice = failed(back + 1_000, once, back + 900)!;
    expect(twice).toMatchObject({ overtakenAt: back });
    expect(failed(back + 61_000, twice, back + 60_000)).toBeNull();
  });

  it('that was refused only lately is not taken for one that always was', () => {
    const before = { since: 0, lastAt: 59 * minute, nextAt: hour };
    const failing = afterFailure({ error: final(), at: hour, before }, bot(hour - 1), limits)!;
    expect(failing).toMatchObject({ since: 0, refusedSince: hour });
    const later = { error: final(), at: hour + 10 * minute, before: failing };
    expect(afterFailure(later, bot(hour + 1), limits)).toBeNull();
    const passed = afterFailure({ ...later, error: passing() }, bot(hour + 1), limits);
    expect(passed?.refusedSince).toBeUndefined();
  });

  it.each([
    [1_000, 1_000],
    [0, 500],
    [7 * hour, 7 * hour],
    // To the end of its time, and no longer.
    [99 * hour, 24 * hour],
  ])('waits as long as is asked: %d ms', (asked, waited) => {
    const failing = afterFailure({ error: passing(asked), at: 0, before: undefined }, bot(), limits)!;
    expect(failing).toMatchObject({ nextAt: waited, asked: true });
  });

  it('is never given up early, nor passed, while its platform names times', () => {
    expect(
      life(
        () => passing(minute),
        (now) => now - 1,
      ).end,
    ).toBe(24 * hour);
    const asked: Failing = { since: 0, lastAt: 9 * hour, nextAt: 10 * hour, asked: true };
    expect(mayBePassed(asked, { bot: bot(hour), now: 9 * hour, triedAt: 0 }, limits)).toBe(false);
    expect(dueAt(asked, { seenAt: 9.5 * hour, deliveredAt: 9.5 * hour })).toBe(10 * hour);
  });

  it('behind another has the time of that one', () => {
    const failure = { error: passing(), at: 24 * hour, before: undefined, heldUpSince: hour };
    const failing = afterFailure(failure, bot(), limits)!;
    expect(failing).toMatchObject({ since: 24 * hour, heldUpSince: hour });
    expect(afterFailure({ error: passing(), at: 25 * hour, before: failing }, bot(), limits)).toBeNull();
  });

  it('gets another chance where the hub itself was away', () => {
    const before = { since: 0, lastAt: hour, nextAt: 1.2 * hour };
    const failure = { error: passing(), at: 90 * hour, before };
    expect(afterFailure(failure, { seenAt: 90 * hour - 1_000, deliveredAt: 0 }, limits)).not.toBeNull();
    expect(afterFailure(failure, { seenAt: 89 * hour, deliveredAt: 0 }, limits)).toBeNull();
  });

  it('does not lose the time in which its bot was off', () => {
    const failing = { since: hour, lastAt: 2 * hour, nextAt: 3 * hour, refusedSince: hour, heldUpSince: 0 };
    const away = { from: 2.5 * hour, to: 52.5 * hour };
    const shifted = { since: 51 * hour, refusedSince: 51 * hour, heldUpSince: 50 * hour };
    expect(without(away, failing)).toEqual({ ...failing, ...shifted });
    // It was tried since: that time is taken off already.
    expect(without(away, { ...failing, lastAt: 53 * hour })).toEqual({ ...failing, lastAt: 53 * hour });
    expect(without(undefined, failing)).toBe(failing);
  });
});

describe('a reply that waits', () => {
  const failing = { since: 0, lastAt: hour, nextAt: hour + 8 * minute };
  it('is due at its time, at once after a start, and soon after its bot has delivered another', () => {
    expect(dueAt(failing, bot())).toBe(failing.nextAt);
    expect(dueAt(failing, bot(hour - 1))).toBe(failing.nextAt);
    expect(dueAt(failing, { seenAt: hour + 1, deliveredAt: 0 })).toBe(hour);
    expect(dueAt(failing, bot(hour + 1))).toBe(hour + 30_000);
    expect(dueAt({ ...failing, nextAt: hour + 8_000 }, bot(hour + 1))).toBe(hour + 1_000);
  });

  it('is passed by those behind it from ten minutes on, where it was refused or others get through', () => {
    const passed = (more: Partial<Failing>, now: number, deliveredAt = -1, triedAt?: number) =>
      mayBePassed({ ...failing, ...more }, { bot: bot(deliveredAt), now, triedAt }, limits);
    expect(passed({ refusedSince: 0 }, 10 * minute)).toBe(true);
    expect(passed({ refusedSince: 0 }, 10 * minute - 1)).toBe(false);
    expect(passed({}, 10 * minute, minute)).toBe(true);
    expect(passed({}, 5 * hour)).toBe(false);
    // Once an hour where nobody knows.
    expect(passed({}, 59 * minute, -1, 50 * minute)).toBe(false);
    expect(passed({}, 61 * minute, -1, 50 * minute)).toBe(true);
    expect(passed({}, 62 * minute, -1, 61 * minute)).toBe(false);
  });
});
