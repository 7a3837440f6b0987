/** Who decides about a call, how often, and what all of them are told. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onBothStores } from '../support/both-stores.js';
import { until } from '../support/until.js';
import { Stage } from './stage.js';

onBothStores('an approval', (engines) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(engines());
    stage.character();
  });
  afterEach(() => stage.home.dispose());

  it('[act.23] is decided by the first press on a card of before the hub was restarted', async () => {
    await stage.start();
    const [id] = await stage.ask();
    await stage.carrier.stop();
    await stage.start();
    expect(await stage.press(stage.operators, 'olga', 'Approve')).toBe(
      `${id} (plugin:bank:wire) is approved by person olga.`,
    );
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
    expect(stage.wired).toEqual([[50, 'alice']]);
    await until(() => stage.card(stage.asked).text.includes('Approved'));
    for (const platform of [stage.asked, stage.operators]) {
      expect(stage.card(platform).text).toContain('**Approved** by `person olga`');
      expect(stage.card(platform).buttons ?? []).toEqual([]);
    }
    // A second press says who was faster, and does nothing.
    expect(await stage.call('approvals.decide', { id: id!, approve: true })).toMatchObject({
      by: 'person olga',
    });
    await expect(stage.call('approvals.decide', { id: id!, approve: false })).rejects.toMatchObject({
      ...{ code: 'approval_settled', status: 409, message: `${id} was approved by person olga already.` },
    });
    expect(stage.wired).toHaveLength(1);
  });

  it('[act.24] of two people counts a person once, whatever account they press with, and its card says who is missing', async () => {
    stage.character({ people: 2 });
    await stage.start();
    await stage.call('roles.give', { role: 'operator', account: 'telegram:olga-t', agentId: 'assistant' });
    await stage.call('people.link', { account: 'slack:olga', other: 'telegram:olga-t' });
    const [id] = await stage.ask();
    const first = await stage.press(stage.operators, 'olga', 'Approve');
    expect(first).toBe(`You have approved ${id} (plugin:bank:wire). One more person must.`);
    await until(() => stage.card(stage.asked).text.includes('1 more is needed'));
    expect(stage.card(stage.asked).text).toMatch(/\*\*Approved by\*\* `person olga`.*1 more is needed/);
    expect(await stage.press(stage.asked, 'olga-t', 'Approve')).toBe(first);
    expect(await stage.press(stage.operators, 'olga', 'Approve')).toBe(first);
    expect(await stage.state(id!)).toBe('open');
    expect(stage.wired).toEqual([]);
    expect(await stage.press(stage.operators, 'otto', 'Approve')).toContain(
      'is approved by person olga, person otto.',
    );
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
    await until(() => stage.card(stage.asked).text.includes('by `person olga` and `person otto`'));
  });

  it('[act.24] linked after they have pressed, two accounts are one person when the call is to run', async () => {
    stage.character({ people: 2 });
    await stage.start();
    await stage.call('switches.pause', { what: 'tools', agentId: 'assistant' });
    await stage.call('switches.resume', { what: 'tools', agentId: 'assistant' });
    await stage.ask();
    await stage.call('switches.pause', { what: 'tools', agentId: 'assistant' });
    await stage.press(stage.operators, 'olga', 'Approve');
    await stage.press(stage.operators, 'otto', 'Approve');
    await stage.call('people.link', { account: 'slack:olga', other: 'slack:otto' });
    await stage.call('switches.resume', { what: 'tools', agentId: 'assistant' });
    expect(await stage.asked.last(2)).toMatch(/^Told: This was not done/);
    expect(stage.wired).toEqual([]);
  });

  it('with four eyes is nothing for whoever asked, nor for an account of theirs', async () => {
    stage.character({ fourEyes: true });
    await stage.start();
    for (const account of ['telegram:alice', 'slack:alice-s'])
      await stage.call('roles.give', { role: 'admin', account, agentId: 'assistant' });
    await stage.call('people.link', { account: 'telegram:alice', other: 'slack:alice-s' });
    const [id] = await stage.ask();
    const refusal = `${id} was asked for in your name: somebody else decides about it.`;
    expect(await stage.press(stage.asked, 'alice', 'Approve')).toBe(refusal);
    expect(await stage.press(stage.asked, 'alice', 'Deny')).toBe(refusal);
    expect(await stage.press(stage.operators, 'alice-s', 'Approve')).toBe(refusal);
    await stage.operators.say('alice-s', `/approve ${id}`);
    await until(() => stage.operators.texts.includes(refusal));
    expect(await stage.state(id!)).toBe('open');
    const denied = (await stage.rows('approvals.decide')).filter(({ outcome }) => outcome === 'denied');
    expect(denied).toHaveLength(4);
    await stage.press(stage.operators, 'olga', 'Approve');
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
  });

  it('[act.26] tells a member without the role, privately, who decides; its cards stay as they are', async () => {
    await stage.start();
    await stage.call('roles.give', { role: 'member', account: 'telegram:mia', agentId: 'assistant' });
    const [id] = await stage.ask();
    const [before, shown] = [stage.card(stage.asked), stage.asked.shown.length];
    const told = await stage.press(stage.asked, 'mia', 'Approve');
    expect(told).toBe(`An operator of this agent decides about ${id}. You are a member here.`);
    expect(await stage.press(stage.asked, 'gus', 'Deny')).toBe('/deny is for the operators of this agent.');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(stage.card(stage.asked)).toEqual(before);
    expect(stage.asked.shown).toHaveLength(shown);
    expect(await stage.state(id!)).toBe('open');
  });

  it('[act.30] is decided by its id wherever somebody may write, with a reason that the model reads', async () => {
    stage.character({ where: 'room' });
    await stage.start();
    await stage.call('roles.give', { role: 'operator', account: 'slack:rita', agentId: 'assistant' });
    const [first] = await stage.ask('wire 5');
    await stage.operators.dm('rita', `/approve ${first!.toUpperCase()} fine by me`);
    expect(await stage.asked.last(2)).toBe('Told: wired 5');
    const [second] = await stage.ask('wire 6');
    await stage.operators.dm('rita', `/deny ${second} not today`);
    expect(await stage.asked.last(4)).toBe(
      'Told: This was not done: person rita denied it. They say: not today',
    );
    await until(() => stage.card(stage.asked).text.includes('They say: `not today`'));
    await stage.operators.dm('rita', '/approve ap_aaaaaaaaaa');
    await until(() => stage.operators.texts.at(-1) === 'There is no such approval.');
    expect(stage.wired).toEqual([[5, 'alice']]);
  });

  it('[act.28] of two calls of a turn, each is decided by itself, and the model reads both ends', async () => {
    await stage.start();
    const [first, second] = await stage.ask('wire 5 and wire 6');
    await stage.call('approvals.decide', { id: first!, approve: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stage.asked.texts).toHaveLength(1);
    await stage.call('approvals.decide', { id: second!, approve: false, note: 'not today' });
    expect(await stage.asked.last(2)).toBe(
      'Told: wired 5 | This was not done: system the hub denied it. They say: not today',
    );
    expect(stage.wired).toEqual([[5, 'alice']]);
    const sent = stage.model.requests.at(-1)!.messages.filter(({ role }) => role === 'tool');
    expect(sent).toHaveLength(2);
  });

  it('[act.29] lets what needs nobody be told at once, and its room talk on', async () => {
    await stage.start();
    await stage.ask('look 3 and wire 5');
    const [text] = stage.asked.texts;
    expect(text).toContain('saw 3');
    expect(text).toMatch(/waits until an operator approves it: `wire \{"amount":5\}` \(ap_\w{10}\)/);
    await stage.asked.say('bob', 'hello');
    expect(await stage.asked.last(2)).toBe('I hear.');
  });

  it('[act.29] holds no worker, however many wait', async () => {
    await stage.home.dispose();
    stage = new Stage({ ...stage.env, CARRIER_CONCURRENCY: '2' });
    stage.character();
    await stage.start();
    const ids: string[] = [];
    for (let at = 0; at < 10; at++) ids.push(...(await stage.ask(`wire ${at + 10}`, `user-${at}`)));
    await stage.asked.say('bob', 'hello');
    expect(await stage.asked.last(11)).toBe('I hear.');
    await Promise.all(ids.map((id) => stage.call('approvals.decide', { id, approve: true })));
    await stage.asked.last(21);
    expect(stage.wired.map(([amount]) => amount).sort()).toEqual(
      Array.from({ length: 10 }, (_, at) => at + 10),
    );
  });

  it('is settled where somebody stops its turn, and can be decided no more', async () => {
    await stage.start();
    const [id] = await stage.ask();
    await stage.asked.command('alice', 'stop', '', false);
    await until(async () => (await stage.state(id!)) === 'stopped');
    await until(() => stage.card(stage.operators).text.includes('**Stopped**'));
    expect(stage.card(stage.operators).buttons ?? []).toEqual([]);
    await expect(stage.call('approvals.decide', { id: id!, approve: true })).rejects.toMatchObject({
      message: `${id} is over: it was called off.`,
    });
    expect(stage.wired).toEqual([]);
  });

  it('has no arguments any more once what was asked is forgotten', async () => {
    await stage.start();
    const [id] = await stage.ask();
    const forget = { connector: 'telegram', userId: 'alice' };
    await stage.call('people.forget', forget);
    const shown = await stage.call('approvals.show', { id: id! });
    expect(shown).toMatchObject({ state: 'stopped', arguments: null });
    expect(JSON.stringify(await stage.carrier.store.records.get('approval', id!))).not.toContain('50}');
    await until(() => stage.card(stage.operators).text.includes('Its arguments are forgotten.'));
    // What was decided before is forgotten likewise.
    const [second] = await stage.ask('wire 77');
    await stage.call('approvals.decide', { id: second!, approve: true });
    await stage.asked.last(3);
    await stage.call('people.forget', forget);
    expect(await stage.call('approvals.show', { id: second! })).toMatchObject({
      state: 'approved',
      arguments: null,
    });
    await until(() => !stage.card(stage.asked).text.includes('77'));
    expect(stage.card(stage.asked).text).toContain('**Approved**');
  });
});
