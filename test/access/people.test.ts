/** A person's accounts, whatever is cut off between two writes, and roles as they are stored. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accessOn } from '../../src/access/access.js';
import type { Account } from '../../src/access/account.js';
import { Freshness } from '../../src/access/freshness.js';
import { Grants } from '../../src/access/grants.js';
import { People } from '../../src/access/people.js';
import { InProcessBus } from '../../src/bus/in-process.js';
import type { Agent } from '../../src/core/character.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const account = (userId: string, connector = 'telegram', tenant = 'default'): Account => ({
  connector,
  tenant,
  userId,
});
const [ann, u7, d9, bob] = [
  account('ann'),
  account('u7', 'slack', 'T1'),
  account('d9', 'discord', '@me'),
  account('bob'),
];

/** It fails once so many writes have been made, and counts what is read. */
class Notes extends FakeNotes {
  left = Number.POSITIVE_INFINITY;
  reads = 0;
  away: 'get' | 'list' | null = null;

  override async get(key: string) {
    this.#read('get');
    return super.get(key);
  }
  override async list(prefix: string) {
    this.#read('list');
    return super.list(prefix);
  }
  override async put(...args: Parameters<FakeNotes['put']>) {
    if (this.left-- <= 0) throw new Error('cut off');
    return super.put(...args);
  }
  override async take(key: string) {
    if (this.left-- <= 0) throw new Error('cut off');
    return super.take(key);
  }
  #read(how: 'get' | 'list') {
    this.reads++;
    if (this.away === how) throw new Error('away');
  }
}

let notes: Notes;
beforeEach(() => {
  notes = new Notes();
});
const bus = () => new InProcessBus(() => {});
const peopleOn = (own = bus()) =>
  new People({
    notes,
    freshness: new Freshness(own),
    platformWide: (name) => name === 'discord',
    now: Date.now,
    log,
  });
/** As another process reads it. */
const of = async (one: Account) => (await peopleOn().accountsOf(one)).map(({ userId }) => userId).sort();

describe('linked accounts', () => {
  it('are one person from any of them, and by themselves again once they are unlinked', async () => {
    const people = peopleOn();
    await people.link(ann, u7, 'person');
    await people.link(u7, d9, 'person');
    for (const one of [ann, u7, d9]) expect(await of(one)).toEqual(['ann', 'd9', 'u7']);
    expect(new Set(await Promise.all([ann, u7, d9].map((one) => people.personKeyOf(one)))).size).toBe(1);
    expect(await people.unlink(u7)).toBe(true);
    expect(await people.unlink(u7)).toBe(false);
    expect(await of(u7)).toEqual(['u7']);
    expect(await of(ann)).toEqual(['ann', 'd9']);
    expect(await people.unlink(ann)).toBe(true);
    // Left alone, it is nobody's.
    expect(await people.personKeyOf(d9)).toBe(people.idOf(d9));
    await people.link(d9, bob, 'person');
    expect(await of(ann)).toEqual(['ann']);
  });

  it('of two persons are not made one', async () => {
    const people = peopleOn();
    await people.link(ann, u7, 'person');
    await people.link(bob, d9, 'person');
    await expect(people.link(ann, bob, 'person')).rejects.toMatchObject({ code: 'link_refused' });
    await expect(people.link(ann, ann, 'person')).rejects.toMatchObject({ code: 'link_refused' });
    await people.link(u7, ann, 'person');
    expect(await of(ann)).toEqual(['ann', 'u7']);
  });

  it('are in one person at most, wherever a link is cut off, and it can be made again', async () => {
    for (let writes = 0; writes < 4; writes++) {
      notes = new Notes();
      notes.left = writes;
      await expect(peopleOn().link(ann, u7, 'person')).rejects.toThrow('cut off');
      expect([await of(ann), await of(u7)]).toEqual([['ann'], ['u7']]);
      notes.left = Number.POSITIVE_INFINITY;
      // Meanwhile one of them may have found somebody else.
      if (writes % 2) await peopleOn().link(u7, bob, 'person');
      await peopleOn().link(ann, u7, 'person');
      expect(await of(ann)).toEqual(writes % 2 ? ['ann', 'bob', 'u7'] : ['ann', 'u7']);
    }
  });

  it('are apart wherever an unlinking is cut off after its first write', async () => {
    await peopleOn().link(ann, u7, 'person');
    notes.left = 1;
    await expect(peopleOn().unlink(ann)).rejects.toThrow('cut off');
    notes.left = Number.POSITIVE_INFINITY;
    expect([await of(ann), await of(u7)]).toEqual([['ann'], ['u7']]);
    await peopleOn().link(ann, bob, 'person');
    expect(await of(u7)).toEqual(['u7']);
  });

  it('count where a user’s id is one’s own on the whole platform as one account', async () => {
    const inServer = account('d9', 'discord', 'G1');
    await peopleOn().link(ann, d9, 'person');
    expect(await of(inServer)).toEqual(['ann', 'd9']);
    expect(peopleOn().isSame(d9, inServer)).toBe(true);
    expect(peopleOn().isSame(u7, account('u7', 'slack', 'T2'))).toBe(false);
  });

  it('are not confused by ids that look like keys or parts of others', async () => {
    const people = peopleOn();
    await people.link(account('a'), account('x', 'slack'), 'person');
    for (const userId of ['a:', 'a/b', 'a%', 'a_', 'A', 'a","x'])
      expect(await of(account(userId))).toEqual([userId]);
    expect(await of(account('a', 'tele', 'gramdefault'))).toEqual(['a']);
  });
});

describe('what is kept for a moment', () => {
  it('is gone in other processes within a second, also if the event is lost', async () => {
    const other = peopleOn();
    expect(await other.linkedWith(ann)).toEqual([]);
    await peopleOn().link(ann, u7, 'person');
    await until(async () => (await other.linkedWith(ann)).length === 2, 5000);
    await peopleOn().unlink(u7);
    await until(async () => (await other.linkedWith(ann)).length === 0, 5000);
  });

  it('is gone at once where the event arrives, and costs no read until then', async () => {
    const shared = bus();
    const freshness = new Freshness(shared);
    freshness.watch(log);
    const other = new People({ notes, freshness, platformWide: () => false, now: Date.now, log });
    await other.linkedWith(ann);
    const { reads } = notes;
    await other.linkedWith(ann);
    expect(notes.reads).toBe(reads);
    await peopleOn(shared).link(ann, u7, 'person');
    expect(await other.linkedWith(ann)).toHaveLength(2);
  });

  it('is not an error: what could not be read is asked for again', async () => {
    await peopleOn().link(ann, u7, 'person');
    for (const away of ['list', 'get'] as const) {
      const people = peopleOn();
      notes.away = away;
      await expect(people.linkedWith(ann)).rejects.toThrow('away');
      notes.away = null;
      expect(await people.linkedWith(ann)).toHaveLength(2);
    }
  });

  it('costs one read for all people where nobody is linked', async () => {
    const people = peopleOn();
    const { reads } = notes;
    for (const one of [ann, u7, d9, bob]) expect(await people.linkedWith(one)).toEqual([]);
    expect(notes.reads).toBe(reads + 1);
  });
});

describe('grants', () => {
  const grantsOn = () =>
    new Grants({ notes, freshness: new Freshness(bus()), platformWide: (name) => name === 'discord', log });
  const given = (subject: Parameters<Grants['take']>[0], more: object = {}) => ({
    ...{
      subject,
      role: 'operator' as const,
      level: { agentId: 'ada' },
      by: 'system the hub',
      at: 1,
      ...more,
    },
  });

  it('are one for each level, and count for their subject alone', async () => {
    const grants = grantsOn();
    await grants.give(given({ account: ann }));
    await grants.give(given({ account: ann }, { role: 'member' }));
    await grants.give(given({ account: ann }, { level: {} }));
    expect((await grants.ofAccount(ann)).map(({ role }) => role).sort()).toEqual(['member', 'operator']);
    expect(await grants.ofAccount(account('ann', 'slack'))).toEqual([]);
    expect(await grants.take({ account: ann }, { agentId: 'other' })).toBeNull();
    expect(await grants.take({ account: ann }, {})).toMatchObject({ role: 'operator' });
    expect(await grants.ofAccount(ann)).toHaveLength(1);
  });

  it('that cannot be understood give nothing: an unknown role, a level of a newer hub', async () => {
    const grants = grantsOn();
    await grants.give(given({ account: ann }, { role: 'emperor' as never }));
    await grants.give(given({ account: ann }, { level: { agentId: 'ada', weekday: 'monday' } as never }));
    expect(await grants.ofAccount(ann)).toEqual([]);
  });

  it('of a group are those of its server, or of all where ids are the platform’s', async () => {
    const grants = grantsOn();
    await grants.give(given({ group: { connector: 'slack', tenant: 'T1', group: 'S1' } }));
    await grants.give(given({ group: { connector: 'discord', tenant: 'G1', group: 'R1' } }));
    expect(await grants.ofGroupsOf(u7)).toHaveLength(1);
    expect(await grants.ofGroupsOf(account('u7', 'slack', 'T2'))).toEqual([]);
    expect(await grants.ofGroupsOf(d9)).toHaveLength(1);
    expect(await grants.ofGroupsOf(ann)).toEqual([]);
  });
});

describe('what somebody holds by groups', () => {
  const ada = { id: 'ada', character: { connectors: {} } } as unknown as Agent;
  const set = async () => {
    const asked: object[] = [];
    let answer: string[] | null = ['R1'];
    const access = accessOn({
      ...{
        notes,
        bus: bus(),
        platformWide: (name) => name === 'discord',
        sharedBy: () => null,
        proofOf: () => undefined,
        now: Date.now,
        log,
      },
      groups: {
        async groupsOf(member) {
          asked.push(member);
          if (!answer) throw new Error('away');
          return answer;
        },
      },
      isPaired: async () => false,
      agents: () => [],
      publicUrl: undefined,
    });
    const subject = { group: { connector: 'discord', tenant: 'G1', group: 'R1' } };
    await access.grants.give({ subject, role: 'operator', level: {}, by: 'x', at: 1 });
    const rolesOf = async (one: Account, groups?: string[]) => {
      const { grants, unknown } = await access.standing.of({ account: one, agents: [ada], groups });
      return [grants.map(({ role }) => role), unknown.length];
    };
    return { access, asked, rolesOf, answers: (groups: string[] | null) => (answer = groups) };
  };

  it('is looked up for their linked accounts, in the server that the group is of, and only where there is a grant', async () => {
    const { access, asked, rolesOf, answers } = await set();
    expect(await rolesOf(ann)).toEqual([[], 0]);
    expect(asked).toEqual([]);
    await access.people.link(ann, d9, 'person');
    expect(await rolesOf(ann)).toEqual([['operator'], 0]);
    expect(asked).toEqual([{ connector: 'discord', tenant: 'G1', userId: 'd9', among: ['R1'] }]);
    answers([]);
    expect(await rolesOf(ann)).toEqual([[], 0]);
  });

  it('is what the message says, in its own server', async () => {
    const { asked, rolesOf } = await set();
    const inServer = account('d9', 'discord', 'G1');
    expect(await rolesOf(inServer, ['R1'])).toEqual([['operator'], 0]);
    expect(await rolesOf(inServer, ['R2'])).toEqual([[], 0]);
    expect(asked).toEqual([]);
    // A group of that id in another server is another one.
    expect(await rolesOf(account('d9', 'discord', 'G2'), ['R1'])).toEqual([['operator'], 0]);
    expect(asked).toHaveLength(1);
  });

  it('is nothing where it cannot be looked up, also if it could be before', async () => {
    const { rolesOf, answers } = await set();
    expect(await rolesOf(d9)).toEqual([['operator'], 0]);
    answers(null);
    expect(await rolesOf(d9)).toEqual([[], 1]);
  });
});
