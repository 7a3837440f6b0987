import { describe, expect, it } from 'vitest';
import { checkTimes, following, latest, noteOn } from '../../src/schedules/times.js';

const at = (text: string) => Date.parse(text);
const next = (cron: string, zone: string, after: string, count: number) =>
  following({ cron, zone }, at(after), count).map((time) => new Date(time).toISOString().slice(0, 16));

describe('times of a schedule', () => {
  it.each([
    ['0 9 * * 1-5', 'Europe/Berlin', '2026-10-22T12:00Z', ['2026-10-23T07:00', '2026-10-26T08:00']],
    ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00Z', ['2026-09-06T04:00', '2026-09-07T03:00']],
    [
      ...['*/15 * * * *', 'Europe/Berlin', '2026-10-24T23:59Z'],
      ['00:00', '00:15', '00:30', '00:45', '01:00', '01:15', '01:30', '01:45', '02:00'].map(
        (time) => `2026-10-25T${time}`,
      ),
    ],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
  ] as [string, string, string, string[]][])('[act.47] %s in %s after %s', (cron, zone, after, expected) => {
    expect(next(cron, zone, after, expected.length)).toEqual(expected);
  });

  it.each(['0 9 * * 1#1', '0 9 1-7 * 1'])('[act.48] the first Monday of the month: %s', (cron) => {
    expect(next(cron, 'UTC', '2026-11-27T12:00Z', 3)).toEqual([
      '2026-12-07T09:00',
      '2027-01-04T09:00',
      '2027-02-01T09:00',
    ]);
  });

  it('[act.51] the 31st leaves out months that have none, and says so', () => {
    const when = { cron: '0 9 31 * *', zone: 'UTC' };
    const days = ['2026-12-31T09:00', '2027-01-31T09:00', '2027-03-31T09:00'];
    expect(next(when.cron, when.zone, '2026-11-27T12:00Z', 3)).toEqual(days);
    expect(noteOn(when)).toMatch(/without a day 31 .* L is the last day/);
    expect(noteOn({ cron: '0 9 L * *', zone: 'UTC' })).toBeNull();
    expect(next('0 9 L 2 *', 'UTC', '2026-11-27T12:00Z', 2)).toEqual([
      '2027-02-28T09:00',
      '2028-02-29T09:00',
    ]);
  });

  it.each([
    [{ cron: '0 9 * * *', zone: 'Europe/Berln' }, /zone: "Europe\/Berln" is no time zone/],
    [{ cron: '0 0 30 2 *', zone: 'UTC' }, /names no day that ever comes/],
    [{ cron: 'every day', zone: 'UTC' }, /is no pattern of five fields/],
    [{ cron: '* * * * * *', zone: 'UTC' }, /is no pattern of five fields/],
    [{ cron: '0 25 * * *', zone: 'UTC' }, /is no pattern of five fields/],
    [{ at: at('2026-01-01T00:00Z') }, /at: is over/],
  ])('[act.51] refuses %j when it is made', (when, problem) => {
    expect(() => checkTimes(when, at('2026-11-27T12:00Z'))).toThrow(problem);
  });

  it('takes what comes once a minute, on leap days, or once', () => {
    const now = at('2026-11-27T12:00Z');
    for (const when of [
      { cron: '* * * * *', zone: 'UTC' },
      { cron: '0 0 29 2 *', zone: 'UTC' },
      { at: now + 1000 },
    ])
      expect(() => checkTimes(when, now)).not.toThrow();
  });

  it('takes several slots that were missed as one, the last of them', () => {
    const when = { cron: '0 9 * * *', zone: 'UTC' };
    const first = at('2026-11-24T09:00Z');
    expect(latest(when, first, at('2026-11-27T12:00Z'))).toBe(at('2026-11-27T09:00Z'));
    expect(latest(when, first, first)).toBe(first);
  });
});
