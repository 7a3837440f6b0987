/** Days in words, from a message of Friday, 27 November 2026, 22:00 in Berlin. */
import { describe, expect, it } from 'vitest';
import { dated } from '../../../../src/memory/facts/rules/dates.js';
import { now, said } from './scene.js';

const day = (at: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(at);
const read = (text: string, lean: -1 | 1 = -1) => dated(text, now, 'Europe/Berlin', lean);

const spans: [text: string, from: string, last: string, lean?: -1 | 1][] = [
  ['yesterday', '2026-11-26', '2026-11-26'],
  ['today', '2026-11-27', '2026-11-27'],
  ['tomorrow', '2026-11-28', '2026-11-28'],
  ['the day before yesterday', '2026-11-25', '2026-11-25'],
  ['last night', '2026-11-26', '2026-11-26'],
  ['last week', '2026-11-16', '2026-11-22'],
  ['next week', '2026-11-30', '2026-12-06'],
  ['last weekend', '2026-11-21', '2026-11-22'],
  ['last month', '2026-10-01', '2026-10-31'],
  ['next month', '2026-12-01', '2026-12-31'],
  ['last year', '2025-01-01', '2025-12-31'],
  ['two weeks ago', '2026-11-09', '2026-11-15'],
  ['3 days ago', '2026-11-24', '2026-11-24'],
  ['a year ago', '2025-01-01', '2025-12-31'],
  ['on Monday', '2026-11-23', '2026-11-23'],
  ['on Monday', '2026-11-30', '2026-11-30', 1],
  ['last Friday', '2026-11-20', '2026-11-20'],
  ['in May', '2026-05-01', '2026-05-31'],
  ['in May', '2027-05-01', '2027-05-31', 1],
  ['in December', '2025-12-01', '2025-12-31'],
  ['in 2019', '2019-01-01', '2019-12-31'],
  ['in May 2021', '2021-05-01', '2021-05-31'],
  ['on 4 May 2021', '2021-05-04', '2021-05-04'],
  ['on May 4th, 2021', '2021-05-04', '2021-05-04'],
  ['on 2021-05-04', '2021-05-04', '2021-05-04'],
  ['in two days', '2026-11-29', '2026-11-29', 1],
  ['in spring', '2026-03-01', '2026-05-31'],
];

describe('dates', () => {
  it.each(spans)('[knowledge.39] %s is %s to %s', (text, from, last, lean = -1) => {
    const { when, rest } = read(`I was there ${text}`, lean);
    expect([day(when!.from), day(when!.to - 1)]).toEqual([from, last]);
    expect(rest).toBe('I was there');
  });

  it('tell from when and until when', () => {
    expect(day(read('since May').since!)).toBe('2026-05-01');
    expect(day(read('since 2015').since!)).toBe('2015-01-01');
    expect(day(read('until February').until!)).toBe('2026-02-01');
    const both = read('I lived there from 2012 to 2015');
    expect([day(both.since!), day(both.until! - 1)]).toEqual(['2012-01-01', '2015-12-31']);
    expect(day(read('for three years').since!)).toBe('2023-01-01');
  });

  it('are no other numbers and names', () => {
    for (const text of [
      'I may go',
      'I march on',
      'room 2019',
      'every Monday',
      'on Mondays',
      '30 February 2021',
      'April is my sister',
      'code 2026',
    ])
      expect(read(text), text).toEqual({ rest: text });
  });

  it('[knowledge.39] change with the zone and not with the machine', () => {
    const at = Date.parse('2026-11-27T23:30:00+08:00');
    const texts = ['Asia/Singapore', 'America/New_York', undefined, 'No/Where'].map(
      (zone) => said('I fly to Lisbon tomorrow', { at, zone })[0]!.text,
    );
    expect(texts).toEqual(texts.map(() => 'I fly to Lisbon tomorrow (2026-11-28).'));
    const late = Date.parse('2026-11-27T23:30:00-05:00');
    expect(said('I fly to Lisbon tomorrow', { at: late, zone: 'America/New_York' })[0]!.text).toContain(
      '2026-11-28',
    );
    expect(said('I fly to Lisbon tomorrow', { at: late, zone: 'Asia/Singapore' })[0]!.text).toContain(
      '2026-11-29',
    );
  });
});
