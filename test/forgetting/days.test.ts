import { describe, expect, it } from 'vitest';
import { daysOf } from '../../src/memory/forgetting/days.js';

/** A Friday. */
const now = Date.parse('2026-11-27T22:30:00Z');
const days = (said: string, zone = 'UTC') => {
  const { from, to } = daysOf(said, zone, now);
  return [new Date(from).toISOString(), new Date(to).toISOString()];
};

describe('days as people say them', () => {
  it.each([
    ['yesterday', '2026-11-26', '2026-11-27'],
    ['today', '2026-11-27', '2026-11-28'],
    ['the day before yesterday', '2026-11-25', '2026-11-26'],
    ['3 days ago', '2026-11-24', '2026-11-25'],
    ['last 3 days', '2026-11-25', '2026-11-28'],
    ['last week', '2026-11-16', '2026-11-23'],
    ['this week', '2026-11-23', '2026-11-28'],
    ['2026-11-20', '2026-11-20', '2026-11-21'],
    ['on 2026-11-20', '2026-11-20', '2026-11-21'],
    ['2026-11-20 to 2026-11-22', '2026-11-20', '2026-11-23'],
    ['2026-11-20..2026-11-22', '2026-11-20', '2026-11-23'],
  ])('%s', (said, from, to) => {
    expect(days(said)).toEqual([`${from}T00:00:00.000Z`, `${to}T00:00:00.000Z`]);
  });

  it('are those of a time zone, of 23 hours too', () => {
    // It is Saturday there already.
    expect(days('yesterday', 'Asia/Tokyo')).toEqual(['2026-11-26T15:00:00.000Z', '2026-11-27T15:00:00.000Z']);
    expect(days('yesterday', 'America/Los_Angeles')).toEqual([
      '2026-11-26T08:00:00.000Z',
      '2026-11-27T08:00:00.000Z',
    ]);
    expect(days('2026-03-29', 'Europe/Berlin')).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
  });

  it.each(['', 'someday', '2026-02-30', '2026-11-22 to 2026-11-20', '20.11.2026'])('refuses "%s"', (said) => {
    expect(() => daysOf(said, 'UTC', now)).toThrow(
      expect.objectContaining({ code: 'invalid_field', field: 'day' }),
    );
  });

  it('refuses a time zone that there is not', () => {
    expect(() => daysOf('yesterday', 'Mars/Base', now)).toThrow(expect.objectContaining({ field: 'zone' }));
  });
});
