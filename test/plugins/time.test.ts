import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import plugin from '../../plugins/time.js';
import { fakeContext } from '../../src/testing/plugin.js';
import { askedOf } from '../support/phrases.js';

const [currentTime] = plugin.actions;
const ask = (place?: string) => currentTime!.run({ place }, fakeContext());

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2025, 6, 4, 12, 34, 56), toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['Tokyo', 'It is 21:34 on Friday, 4 July 2025 in Tokyo (Asia/Tokyo, UTC+9).'],
    ['New York', 'It is 08:34 on Friday, 4 July 2025 in New York (America/New_York, UTC-4).'],
    ['america/new_york', 'It is 08:34 on Friday, 4 July 2025 in america/new_york (America/New_York, UTC-4).'],
    ['UTC', 'It is 12:34 on Friday, 4 July 2025 in UTC (UTC).'],
    ['Auckland', 'It is 00:34 on Saturday, 5 July 2025 in Auckland (Pacific/Auckland, UTC+12).'],
    ['São Paulo', 'It is 09:34 on Friday, 4 July 2025 in São Paulo (America/Sao_Paulo, UTC-3).'],
    ['Buenos Aires', /09:34/],
    ['UTC+2', /14:34/],
    ['GMT-03:00', /09:34/],
    ['San Francisco', /05:34.*America\/Los_Angeles/],
    ['Paris, France', /14:34.*Europe\/Paris/],
    ['Japan', /21:34/],
  ])('tells the time in %s', async (place, expected) => {
    expect(await ask(place)).toMatch(expected);
  });

  it.each(['Kolkata', 'Kyiv', 'Ho Chi Minh', 'Kathmandu'])('knows the newer spelling %s', async (place) => {
    expect(await ask(place)).toContain(`2025 in ${place}`);
  });

  it.each([undefined, '', '  '])('tells the hub’s own time without a place (%j)', async (place) => {
    expect(await ask(place)).toMatch(/^It is \d\d:34 on \w+, \d+ July 2025 \(.+\)\.$/);
  });

  it.each([
    ['Tokio', 'Did you mean Tokyo'],
    ['Lodnon', 'London'],
    ['Gotham City', 'No time zone is known for "Gotham City".'],
    ['__proto__', 'No time zone'],
    ['constructor', 'No time zone'],
  ])('says that %s is unknown, and what is close', async (place, expected) => {
    await expect(ask(place)).rejects.toThrow(expected);
    await expect(ask(place)).rejects.toThrow('Europe/Paris');
  });

  it('tells the model the present, to the minute', async () => {
    const provide = () => plugin.contextProviders[0]!.provide(fakeContext());
    const first = await provide();
    expect(first).toMatch(/^It is now \d\d:34 on \w+, \d+ July 2025 \(.+\)\.$/);
    vi.setSystemTime(Date.UTC(2025, 6, 4, 12, 34, 59));
    expect(await provide()).toBe(first);
  });
});

describe('asking for the time', () => {
  it.each([
    ['what time is it?', undefined],
    ['What time is it in Tokyo?', 'Tokyo'],
    ["what's the time in New York right now", 'New York'],
    ['What’s the current time?', undefined],
    ['Hey, can you tell me what time it is in London please?', 'London'],
    ['please tell me the time', undefined],
    ['do you have the time?', undefined],
    ['what day is it', undefined],
    ['What day is it today?', undefined],
    ['what day is today?', undefined],
    ['which day of the week is it?', undefined],
    ["what is today's date?", undefined],
    ["what's the date today?", undefined],
    ['time in Tokyo?', 'Tokyo'],
    ['is it Friday?', undefined],
    ['is today monday in Tokyo', 'Tokyo'],
    ['current time in UTC', 'UTC'],
    ['what time is it at the moment in São Paulo?', 'São Paulo'],
    ['What time is it now in Gotham?', 'Gotham'],
  ])('%s', (text, place) => {
    expect(askedOf(currentTime!, text)).toEqual(place === undefined ? {} : { place });
  });

  it.each([
    'it was time to go',
    'what time is the meeting?',
    'What time is it when an elephant sits on your fence?',
    'what a time to be alive',
    'do you have time tomorrow?',
    'time in the film passes slowly',
    'what time is it in the film?',
    'time in my life',
    'last time in Tokyo was great',
    'I spent some time in Tokyo',
    'what day works for you?',
    'what is the date of the party?',
    'the time has come',
    'tell me the time zone table of contents',
    '',
  ])('is not: %s', (text) => {
    expect(askedOf(currentTime!, text)).toBeNull();
  });
});
