/** Accounts in the console go with those they came from, whoever that is linked with. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Account, readAccount, writtenAccount } from '../../src/access/account.js';
import { baseOf, consoleAccount } from '../../src/access/console-account.js';
import { Freshness } from '../../src/access/freshness.js';
import { People } from '../../src/access/people.js';
import { authorise } from '../../src/access/principal.js';
import { InProcessBus } from '../../src/bus/in-process.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';

const log = createLogger('silent');
const account = (userId: string, connector: string): Account => ({ connector, tenant: 'default', userId });
const [ann, bob, cid] = [account('ann', 'telegram'), account('bob', 'discord'), account('cid', 'signal')];

/** It fails once so many writes have been made. */
class Notes extends FakeNotes {
  left = Number.POSITIVE_INFINITY;

  override async put(...args: Parameters<FakeNotes['put']>) {
    if (this.left-- <= 0) throw new Error('cut off');
    return super.put(...args);
  }
  override async take(key: string) {
    if (this.left-- <= 0) throw new Error('cut off');
    return super.take(key);
  }
}

let notes: Notes;
let people: People;
beforeEach(() => {
  notes = new Notes();
  people = process();
});
function process() {
  const freshness = new Freshness(new InProcessBus(() => {}));
  return new People({ notes, freshness, platformWide: () => false, now: Date.now, log });
}
/** As another process reads it. */
const of = async (one: Account) => (await process().accountsOf(one)).map(({ userId }) => userId).sort();
const all = ['ann', 'bob', 'console:discord:bob', 'console:telegram:ann'];

it.each([
  ['slack', 'T1', 'U1'],
  ['http', 'default', 'John Smith'],
  ['http', 'default', ' a:b/c%* '],
  ['http', 'shop', '%3A%25'],
  ['webchat', 'assistant', 'signed:John Smith'],
  ['matrix', '!room:server', '@ann:server'],
  ['http', 'a b', 'ann'],
  ['http', 'a/b', 'ann'],
  ['http', 'a%3Ab%', '3a'],
  ['http', '100%25:%', 'ann'],
])('an account in the console leads back to %s, %s, %s', (connector, tenant, userId) => {
  const one = { connector, tenant, userId };
  expect(readAccount(writtenAccount(one))).toEqual(one);
  expect(baseOf(consoleAccount(one))).toEqual(one);
});

it('a tenant with a colon is written as no other account', () => {
  const [one, other] = [
    { connector: 'http', tenant: 'a:b', userId: 'c' },
    { connector: 'http', tenant: 'a', userId: 'b:c' },
  ];
  expect(writtenAccount(one)).not.toBe(writtenAccount(other));
  expect(writtenAccount(other)).toBe('http/a:b:c');
  expect(readAccount('http/a%b:c')).toEqual({ connector: 'http', tenant: 'a%b', userId: 'c' });
});

it('who signed in reads what is theirs where they came from, and nothing of a tenant that is written alike', () => {
  const [one, other] = ['a:b c', 'a b:c'].map((both) => {
    const [tenant = '', userId = ''] = both.split(' ');
    return { connector: 'matrix', tenant, userId };
  }) as [Account, Account];
  for (const [whose, what] of [
    [one, other],
    [other, one],
  ] as const) {
    const { userId: self } = consoleAccount(whose);
    const grants = [{ role: 'guest' as const, level: {} }];
    const principal = { kind: 'token' as const, name: 'x', tenant: 'default', user: self, self, grants };
    expect(authorise(principal, 'facts.read', { agentId: 'assistant', ...whose })).toBe(true);
    expect(authorise(principal, 'facts.read', { agentId: 'assistant', ...what })).toBe(false);
    expect(authorise(principal, 'facts.read', { agentId: 'assistant', connector: 'matrix' })).toBe(false);
  }
});

describe('two who have used the console', () => {
  beforeEach(async () => {
    for (const one of [ann, bob]) await people.linkConsole(one);
  });

  it('become one person, from any of their accounts', async () => {
    await people.link(ann, bob, 'person');
    for (const one of [ann, bob, consoleAccount(ann), consoleAccount(bob)])
      expect(await of(one)).toEqual(all);
    await people.link(cid, consoleAccount(ann), 'person');
    expect(await of(bob)).toEqual([...all, 'cid'].sort());
  });

  it('become one person also where one is linked with others already, but not where both are', async () => {
    await people.link(bob, cid, 'person');
    await people.link(ann, bob, 'person');
    expect(await of(cid)).toEqual([...all, 'cid'].sort());
    const [dan, eve] = [account('dan', 'matrix'), account('eve', 'slack')];
    await people.linkConsole(dan);
    await people.link(dan, eve, 'person');
    await expect(people.link(ann, dan, 'person')).rejects.toMatchObject({ code: 'link_refused' });
    await expect(people.requireLinkable(eve, cid)).rejects.toMatchObject({ code: 'link_refused' });
  });

  it('are in one person each, wherever it is cut off, and can be linked again', async () => {
    let writes = 0;
    for (let done = false; !done; writes++) {
      notes = new Notes();
      people = process();
      for (const one of [ann, bob]) await people.linkConsole(one);
      notes.left = writes;
      done = await people.link(ann, bob, 'person').then(
        () => true,
        () => false,
      );
      notes.left = Number.POSITIVE_INFINITY;
      for (const one of [ann, bob]) await process().linkConsole(one);
      await process().link(ann, bob, 'person');
      expect([writes, await of(ann)]).toEqual([writes, all]);
    }
    expect(writes).toBeGreaterThan(3);
  });

  it('are by themselves again when one is unlinked, and each takes their own along', async () => {
    await people.link(ann, bob, 'person');
    expect(await people.unlink(ann)).toBe(true);
    expect(await of(bob)).toEqual(['bob', 'console:discord:bob']);
    for (const one of [ann, consoleAccount(ann)]) expect(await of(one)).toHaveLength(1);
    expect([await people.hasConsole(ann), await people.hasConsole(bob)]).toEqual([false, true]);
    await people.linkConsole(ann);
    expect(await of(ann)).toEqual(['ann', 'console:telegram:ann']);
  });

  it('have nothing of one another after an unlinking that was cut off, or made by an older hub', async () => {
    await people.link(ann, bob, 'person');
    notes.left = 1;
    await expect(people.unlink(ann)).rejects.toThrow('cut off');
    notes.left = Number.POSITIVE_INFINITY;
    expect(await process().hasConsole(ann)).toBe(false);
    // Whoever signs in next is not made one person with whom they have left.
    await process().linkConsole(ann);
    expect(await of(ann)).toEqual(['ann', 'console:telegram:ann']);
    expect(await of(bob)).toEqual(['bob', 'console:discord:bob']);
  });
});

it('count with the accounts behind them: nobody has fewer because they use the console', async () => {
  for (let n = 0; n < 19; n++) {
    await people.link(ann, account(`u${n}`, 'slack'), 'person');
    await people.linkConsole(account(`u${n}`, 'slack'));
  }
  await people.linkConsole(ann);
  expect(await of(ann)).toHaveLength(40);
  await expect(people.link(ann, bob, 'person')).rejects.toThrow(/at most 20/);
});
