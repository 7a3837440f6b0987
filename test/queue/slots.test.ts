import { describe, expect, it } from 'vitest';
import type { Share } from '../../src/core/share.js';
import { Lately } from '../../src/queue/lately.js';
import { Line, type Waiting } from '../../src/queue/line.js';
import { ownShare, Slots } from '../../src/queue/slots.js';

const of = (tenant: string, agent: string, person: string): Share => ({ tenant, agent, person });

/** How many of these may begin, one after the other. */
function begin(slots: Slots, share: (i: number) => Share): number {
  let begun = 0;
  for (; slots.mayBegin(share(begun)); begun++) {
    slots.know(share(begun));
    slots.begin(share(begun));
  }
  return begun;
}

describe('Slots', () => {
  it.each([
    [1, { person: 1, agent: 1, tenant: 1 }],
    [2, { person: 1, agent: 2, tenant: 2 }],
    [4, { person: 2, agent: 3, tenant: 3 }],
    [8, { person: 6, agent: 7, tenant: 7 }],
    [64, { person: 54, agent: 62, tenant: 62 }],
  ])('of %i, one person, agent or tenant may have %o', (total, most) => {
    expect(begin(new Slots(total), () => of('t', 'a', 'p'))).toBe(most.person);
    expect(begin(new Slots(total), (i) => of(`t`, 'a', `p${i}`))).toBe(most.agent);
    expect(begin(new Slots(total), (i) => of('t', 'a', `p${i}`))).toBe(most.tenant);
  });

  it.each([4, 8, 16, 64])('of %i are found by whoever is new', (total) => {
    const newcomers = [of('t', 'a', 'new'), of('t', 'new', 'p'), of('new', 'a', 'new')];
    const greedy = [
      () => of('t', 'a', 'p'),
      (i: number) => of('t', 'a', `p${i}`),
      (i: number) => of('t', 'a', `p${i}`),
    ];
    for (const [kind, share] of greedy.entries()) {
      const slots = new Slots(total);
      begin(slots, share);
      expect(newcomers.slice(kind).map((newcomer) => slots.mayBegin(newcomer))).not.toContain(false);
      // A tenant with agents of its own leaves some for other tenants, where there are enough slots.
      if (kind < 2 || total < 16) continue;
      begin(slots, (i) => of('t', `a${i}`, `p${i}`));
      expect(slots.mayBegin(of('new', 'a', 'new'))).toBe(true);
    }
  });

  it('are all there for rooms of which nobody knows whose they are', () => {
    expect(begin(new Slots(8), (i) => ownShare(`room${i}`))).toBe(8);
  });

  it('are set aside again, whoever ends', () => {
    const slots = new Slots(8);
    const greedy = of('t', 'a', 'greedy');
    begin(slots, () => greedy);
    const others = ['one', 'two'].map((person) => of(`of ${person}`, `with ${person}`, person));
    for (let round = 0; round < 5; round++) {
      for (const share of others) {
        expect(slots.mayBegin(share)).toBe(true);
        slots.begin(share);
      }
      expect(slots.isFull).toBe(true);
      // The greedy one ends something, and gets nothing for it as long as the others go on.
      slots.end(greedy);
      expect(slots.mayBegin(greedy)).toBe(false);
      for (const share of others) slots.end(share);
      expect(slots.mayBegin(greedy)).toBe(true);
      slots.begin(greedy);
      expect(slots.mayBegin(greedy)).toBe(false);
    }
  });
});

describe('Line', () => {
  const waiting = (share: Share) => ({ share, ring: null, before: null, after: null }) satisfies Waiting;

  it('takes one of each in turns, and 100,000 of many people each once', () => {
    const line = new Line();
    const slots = new Slots(1);
    const expected = new Set<Waiting>();
    for (let i = 0; i < 100_000; i++) {
      // Half of all is one person's.
      const one = waiting(i % 2 ? of('t1', 'a1', 'greedy') : of(`t${i % 6}`, `a${i % 10}`, `p${i % 20_000}`));
      expected.add(one);
      line.add(one);
    }
    let greedy = 0;
    for (let taken = 1; line.size > 0; taken++) {
      const next = line.next(slots)!;
      if (!expected.delete(next)) throw new Error('It was taken before.');
      if (next.share.person === 'greedy') greedy++;
      // Four tenants wait: a quarter, as long as the others have something.
      if (taken === 1000) expect(greedy).toBe(250);
    }
    expect(expected.size).toBe(0);
  });

  it('finds somebody new behind those who have to wait, and forgets what is removed', () => {
    const line = new Line();
    const slots = new Slots(8);
    const greedy = of('t', 'a', 'greedy');
    begin(slots, () => greedy);
    for (let i = 0; i < 100; i++) line.add(waiting(greedy));
    expect(line.next(slots)).toBeNull();
    const [removed, hi] = [waiting(of('t', 'a', 'gone')), waiting(of('t', 'a', 'other'))];
    line.add(removed);
    line.add(hi);
    line.remove(removed);
    line.remove(removed);
    expect(line.next(slots)).toBe(hi);
    expect(line.next(slots)).toBeNull();
    expect(line.size).toBe(100);
  });
});

describe('Lately', () => {
  it('counts a person’s rooms of the last minute, each once', () => {
    let now = 0;
    const lately = new Lately(() => now);
    const share = of('t', 'a', 'p');
    expect(lately.roundOf(share)).toBe(0);
    for (let i = 0; i < 5; i++) for (let again = 0; again < 3; again++) lately.heard(`room${i}`, share);
    expect(lately.roundOf(share)).toBe(4);
    expect(lately.roundOf(of('t', 'a', 'other'))).toBe(0);
    now += 31_000;
    lately.heard('room0', share);
    expect(lately.roundOf(share)).toBe(4);
    expect(lately.shareOf('room4')).toEqual(share);
    now += 31_000;
    lately.heard('room0', share);
    expect(lately.roundOf(share)).toBe(0);
    expect(lately.shareOf('room4')).toBeUndefined();
  });

  it('remembers no more than it has room for', () => {
    const lately = new Lately(() => 0);
    for (let i = 0; i < 50_000; i++) lately.heard(`room${i}`, of('t', 'a', `p${i}`));
    expect(lately.shareOf('room0')).toBeUndefined();
    expect(lately.shareOf('room49999')).toBeDefined();
  });
});
