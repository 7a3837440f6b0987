import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PairingRequest, Person } from '../../src/core/pairing.js';
import { Pairings } from '../../src/intake/pairings.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';

const person: Person = { agentId: 'ada', connector: 'telegram', tenant: 'default', id: 'ann', name: 'Ann' };
const source = { connector: 'telegram', tenant: 'default', channel: 'ann', messageId: 'm' };

describe('pairings', () => {
  let notes: FakeNotes;
  let approved: PairingRequest[];
  let pairings: Pairings;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    notes = new FakeNotes();
    approved = [];
    pairings = new Pairings(notes, async (request) => void approved.push(request), createLogger('silent'));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const later = (minutes: number) => {
    vi.setSystemTime(Date.now() + minutes * 60_000);
    notes.now += minutes * 60_000;
  };

  it('have codes that nobody misreads and nobody guesses', async () => {
    const people = Array.from({ length: 200 }, (_, i) => ({ ...person, id: `${i}` }));
    const codes = await Promise.all(people.map((one) => pairings.ask(one, source)));
    expect(new Set(codes).size).toBe(200);
    for (const code of codes) expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
  });

  it('are asked for with one code for an hour, which is told once a minute', async () => {
    const code = await pairings.ask(person, source);
    expect(await pairings.ask(person, source)).toBeNull();
    later(2);
    expect(await pairings.ask(person, source)).toBe(code);
    later(50);
    const next = await pairings.ask(person, source);
    expect(next).not.toBe(code);
    later(9);
    await expect(pairings.approve(code!)).rejects.toMatchObject({ code: 'pairing_unknown' });
    expect(await pairings.approve(next!)).toMatchObject(person);
    expect(approved).toMatchObject([{ ...person, code: next, source }]);
  });

  it('let in one person of one agent, platform and tenant', async () => {
    await pairings.approve((await pairings.ask(person, source))!);
    expect(await pairings.isPaired(person)).toBe(true);
    for (const other of [{ agentId: 'bob' }, { connector: 'slack' }, { tenant: 't' }, { id: 'bob' }])
      expect(await pairings.isPaired({ ...person, ...other })).toBe(false);
    later(60 * 24 * 400);
    expect(await pairings.isPaired({ ...person, name: 'renamed' })).toBe(true);
  });
});
