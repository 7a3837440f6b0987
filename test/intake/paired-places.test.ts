import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PairedPlaces, placeOf } from '../../src/intake/paired-places.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';

const source = { connector: 'telegram', tenant: 'default', channel: 'group', messageId: 'm' };
const place = placeOf('ada', source);

describe('places', () => {
  let notes: FakeNotes;
  let approved: string[];
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    notes = new FakeNotes();
    approved = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  /** Of one process. */
  const places = (key = 1) =>
    new PairedPlaces({
      ...{ notes, key: () => new Uint8Array(32).fill(key), log: createLogger('silent') },
      approved: async ({ code }) => void approved.push(code),
    });
  const later = (hours: number) => {
    vi.setSystemTime(Date.now() + hours * 3_600_000);
    notes.now += hours * 3_600_000;
  };
  const ask = (messageId: string, of = place, by = places()) =>
    by.ask(of, { source: { ...source, messageId }, author: { id: 'eve' } });

  it('are told one code for a day, through the message that was told it first', async () => {
    const code = await ask('1');
    expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
    expect(await ask('2')).toBeNull();
    // Redelivered, since its process died before it was told.
    expect(await ask('1')).toBe(code);
    later(23);
    expect(await ask('3')).toBeNull();
    later(1.1);
    await expect(places().approve(code!)).rejects.toMatchObject({ code: 'pairing_unknown' });
    const next = await ask('4');
    expect(next).toMatch(/^.{8}$/);
    expect(next).not.toBe(code);
    expect(await ask('5')).toBeNull();
  });

  it('are told the same code by processes that are asked at the same moment', async () => {
    const codes = await Promise.all(['1', '2', '3'].map((id) => ask(id, place, places())));
    expect(new Set(codes.filter((code) => code !== null)).size).toBe(1);
  });

  it('have codes that cannot be told from the place alone', async () => {
    const codes = [
      await ask('1'),
      await ask('1', placeOf('bob', source)),
      await ask('1', placeOf('ada', { ...source, tenant: 'guild' })),
      await ask('1', placeOf('cid', source), places(2)),
    ];
    expect(new Set(codes).size).toBe(4);
    notes = new FakeNotes();
    expect(codes).not.toContain(await ask('1', place, places(2)));
  });

  it('are approved once', async () => {
    const code = (await ask('1'))!;
    const results = await Promise.allSettled([1, 2, 3].map(() => places().approve(code)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(approved).toEqual([code]);
    expect(await places().isIn(place)).toBe(true);
    expect(await places().isIn(placeOf('ada', { ...source, channel: 'other' }))).toBeNull();
  });

  it('are channels where there are no servers, with their threads, and servers elsewhere', () => {
    const of = (tenant: string, channel: string, thread?: string) =>
      JSON.stringify(placeOf('ada', { connector: 'telegram', tenant, channel, thread }));
    expect(of('default', 'a', 'b')).toBe(of('default', 'a'));
    expect(of('default', 'a')).not.toBe(of('default', 'b'));
    expect(of('guild', 'a')).toBe(of('guild', 'b', 'c'));
  });

  it('that were revoked do not come back by themselves', async () => {
    await places().note(place);
    const [noted] = (await places().list()).places;
    await places().revoke(noted!.pairing);
    await places().note(place);
    expect(await places().isIn(place)).toBe(false);
    await places().approve((await ask('1'))!);
    expect(await places().isIn(place)).toBe(true);
  });
});
