/** What is said in one room, and which others hear of it: none, unless the agent is to know persons. Tries to break it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onBothStores } from '../support/both-stores.js';
import { FactsStage, factsIn, promptOf } from './facts-stage.js';
import { Platform } from './platform.js';

onBothStores('rooms', (engines) => {
  let stage: FactsStage;
  let slack: Platform;
  let other: Platform;
  beforeEach(() => {
    slack = new Platform('slack');
    other = new Platform('telegram', 'other');
    stage = new FactsStage(slack, other);
  });
  afterEach(() => stage.home.dispose());
  const open = (person: boolean) => stage.open(engines(), { person, recall: 8 }, ['remember']);
  const system = { kind: 'system' } as const;
  const ann = { connector: 'telegram', userId: 'ann' };
  const hers = { connector: 'slack', userId: 's-ann' };
  const link = () => stage.carrier.operations!.call('people.link', { account: ann, other: hers }, system);
  const unlink = () => stage.carrier.operations!.call('people.unlink', { account: hers }, system);
  /** Every way in which one of these rooms is asked about herons. */
  const asked = async (room: 'group' | 'dm' | 'slack' | 'other' | 'tenant' | 'bob') => {
    const text = 'what about the herons, where do I live, what do you know about me?';
    switch (room) {
      case 'group':
        return promptOf(await stage.say('ann', text));
      case 'dm':
        return promptOf(await stage.dm('ann', text));
      case 'slack':
        return promptOf(await stage.dm('s-ann', text, slack));
      case 'other':
        return promptOf(await stage.dm('ann', text, other));
      case 'tenant':
        return promptOf(await stage.say('ann', text, { tenant: 'elsewhere', direct: true }));
      case 'bob':
        return promptOf(await stage.dm('bob', text));
    }
  };

  for (const person of [false, true])
    it(`[knowledge.43] what is said directly reaches no group, other person, agent or tenant (person: ${person})`, async () => {
      await open(person);
      await stage.dm('ann', 'I live in Heronville');
      await stage.count(1);
      await link();
      for (const room of ['group', 'other', 'tenant', 'bob'] as const)
        expect(await asked(room), room).not.toContain('Heronville');
      const shown = [...stage.platform.shown, ...other.shown].map(({ text }) => text).join('\n');
      expect(shown.replace(/echo I live in Heronville/g, '')).not.toContain('Heronville');
      expect(await stage.platform.command('ann', 'memory', '', false)).not.toContain('Heronville');
      expect(await stage.platform.command('ann', 'memory', 'past', false)).not.toContain('Heronville');
      expect(await stage.platform.command('bob', 'memory')).not.toContain('Heronville');
    });

  it('[knowledge.43] without the agent’s word, a group’s facts and those of linked accounts stay where they are', async () => {
    await open(false);
    await stage.say('ann', 'I live in Heronville');
    await stage.count(1);
    await link();
    for (const room of ['dm', 'slack', 'bob'] as const)
      expect(await asked(room), room).not.toContain('Heronville');
    await stage.dm('ann', 'I have two herons');
    await stage.count(2);
    expect(await asked('slack')).not.toContain('two herons');
    expect(await asked('group')).not.toContain('two herons');
  });

  it('[knowledge.43] an agent that knows persons tells them directly what they said, and not what others said', async () => {
    await open(true);
    await stage.say('ann', 'I live in Heronville');
    await stage.say('bob', 'I live in Storkton');
    await stage.count(1);
    const facts = factsIn(await stage.dm('ann', 'where do I live?'));
    expect(facts).toEqual(['I live in Heronville.']);
    expect(await asked('bob')).not.toContain('Heronville');
    // Unlinked accounts are other people.
    expect(await asked('slack')).not.toContain('Heronville');
  });

  it('[knowledge.43] linked accounts are one person, and unlinked they are not any more', async () => {
    await open(true);
    await stage.dm('ann', 'I live in Heronville');
    await stage.say('ann', 'I have two storks');
    await stage.count(2);
    expect(await asked('slack')).not.toMatch(/Heronville|storks/);
    await link();
    expect(factsIn(await stage.dm('s-ann', 'where do I live?', slack)).sort()).toEqual([
      'I have two storks.',
      'I live in Heronville.',
    ]);
    // What it knows of the person directly, it says in no group.
    expect(await asked('group')).not.toContain('Heronville');
    await unlink();
    expect(factsIn(await stage.dm('s-ann', 'where do I live?', slack))).toEqual([]);
    expect(factsIn(await stage.dm('ann', 'where do I live?'))).toHaveLength(2);
  });

  it('of what two linked accounts said, the newer is told', async () => {
    await open(true);
    await stage.dm('ann', 'I live in Heronville');
    await stage.count(1);
    await link();
    await stage.dm('s-ann', 'I moved to Storkton', slack);
    const known = { connector: 'slack', userId: 's-ann' };
    while ((await stage.known(known)).length === 0) await new Promise((done) => setTimeout(done, 20));
    expect(factsIn(await stage.dm('ann', 'where do I live?'))).toEqual(['I moved to Storkton.']);
  });
});
