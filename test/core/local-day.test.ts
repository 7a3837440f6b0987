import { describe, expect, it } from 'vitest';
import { localDay, localTime } from '../../src/core/local-day.js';

const at = (iso: string) => Date.parse(iso);
const day = (iso: string, zone: string) => {
  const { date, ends } = localDay(at(iso), zone);
  return [date, new Date(ends).toISOString(), localTime(ends, zone)];
};

describe('a day of a time zone', () => {
  it.each([
    // Clocks go forward: 23 hours, also for whoever asks in the afternoon.
    ['2026-03-28T23:00:00Z', '2026-03-29', '2026-03-29T22:00:00.000Z', '2026-03-30 00:00'],
    ['2026-03-29T13:43:00Z', '2026-03-29', '2026-03-29T22:00:00.000Z', '2026-03-30 00:00'],
    ['2026-03-29T21:59:59.999Z', '2026-03-29', '2026-03-29T22:00:00.000Z', '2026-03-30 00:00'],
    ['2026-03-29T22:00:00Z', '2026-03-30', '2026-03-30T22:00:00.000Z', '2026-03-31 00:00'],
    // Back: 25 hours.
    ['2026-10-24T22:00:00Z', '2026-10-25', '2026-10-25T23:00:00.000Z', '2026-10-26 00:00'],
    ['2026-10-25T14:43:00Z', '2026-10-25', '2026-10-25T23:00:00.000Z', '2026-10-26 00:00'],
    ['2026-10-25T22:59:59.999Z', '2026-10-25', '2026-10-25T23:00:00.000Z', '2026-10-26 00:00'],
  ])('[act.46] in Berlin, at %s', (now, date, ends, clock) => {
    expect(day(now, 'Europe/Berlin')).toEqual([date, ends, clock]);
  });

  it.each([
    ['UTC', '2026-11-27T23:59:59.999Z', '2026-11-27', '2026-11-28T00:00:00.000Z', '2026-11-28 00:00'],
    // Half an hour off, and beyond the date line.
    ['Asia/Kolkata', '2026-11-27T18:30:00Z', '2026-11-28', '2026-11-28T18:30:00.000Z', '2026-11-29 00:00'],
    [
      'Pacific/Kiritimati',
      '2026-11-27T12:00:00Z',
      '2026-11-28',
      '2026-11-28T10:00:00.000Z',
      '2026-11-29 00:00',
    ],
    // There is no midnight that day: it begins at one.
    [
      'America/Santiago',
      '2026-09-05T15:00:00Z',
      '2026-09-05',
      '2026-09-06T04:00:00.000Z',
      '2026-09-06 01:00',
    ],
    // There was no such day at all.
    ['Pacific/Apia', '2011-12-30T09:00:00Z', '2011-12-29', '2011-12-30T10:00:00.000Z', '2011-12-31 00:00'],
  ])('[act.46] in %s, at %s', (zone, now, date, ends, clock) => {
    expect(day(now, zone)).toEqual([date, ends, clock]);
  });

  it('is the same asked in any order', () => {
    expect(day('2026-10-25T14:00:00Z', 'Europe/Berlin')).toEqual(
      day('2026-10-25T03:00:00Z', 'Europe/Berlin'),
    );
    expect(day('2026-10-24T03:00:00Z', 'Europe/Berlin')[0]).toBe('2026-10-24');
    expect(day('2026-10-26T03:00:00Z', 'Europe/Berlin')[0]).toBe('2026-10-26');
  });

  it('is of a zone that there is', () => {
    expect(() => localDay(0, 'Europe/Berln')).toThrow(RangeError);
  });
});
