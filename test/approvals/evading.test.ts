/** Who would decide though they may not: by unlinking what is theirs, or through the turn in the place of the call. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onBothStores } from '../support/both-stores.js';
import { until } from '../support/until.js';
import { Stage } from './stage.js';

onBothStores('an approval', (engines) => {
  const tools = { what: 'tools', agentId: 'assistant' } as const;
  const token = (name: string) => ({ kind: 'token', name, tenant: 'default', role: 'operator' }) as const;
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(engines());
    stage.character();
  });
  afterEach(() => stage.home.dispose());

  const linked = async (one: string, other: string) => {
    for (const account of [one, other])
      await stage.call('roles.give', { role: 'operator', account, agentId: 'assistant' });
    await stage.call('people.link', { account: one, other });
  };
  const resume = (turnId: string, approve: boolean, name = 'ann') =>
    stage.carrier.operations!.call('turns.resume', { turnId, approve }, token(name));

  it('with four eyes is nothing for an account that whoever asked has unlinked since', async () => {
    stage.character({ fourEyes: true });
    await stage.start();
    await linked('telegram:alice', 'slack:alice-s');
    const [id] = await stage.ask();
    await stage.call('people.unlink', { account: 'slack:alice-s' });
    expect(await stage.press(stage.operators, 'alice-s', 'Approve')).toBe(
      `${id} was asked for in your name: somebody else decides about it.`,
    );
    expect(await stage.state(id!)).toBe('open');
    await stage.press(stage.operators, 'olga', 'Approve');
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
  });

  it('[act.24] of two people counts those once who unlink their accounts between two presses', async () => {
    stage.character({ people: 2 });
    await stage.start();
    await linked('slack:olga', 'telegram:olga-t');
    const [id] = await stage.ask();
    const first = await stage.press(stage.operators, 'olga', 'Approve');
    await stage.call('people.unlink', { account: 'telegram:olga-t' });
    expect(await stage.press(stage.asked, 'olga-t', 'Approve')).toBe(first);
    expect(await stage.state(id!)).toBe('open');
    await stage.press(stage.operators, 'otto', 'Approve');
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
  });

  it('is not undone through its turn by whoever may not decide about it', async () => {
    stage.character({ role: 'admin' });
    await stage.start();
    const [id] = await stage.ask();
    const { turnId } = await stage.call('approvals.show', { id: id! });
    await stage.call('switches.pause', tools);
    await stage.call('approvals.decide', { id: id!, approve: true });
    await expect(resume(turnId, false)).rejects.toMatchObject({ code: 'permission_denied' });
    await stage.call('switches.resume', tools);
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
  });

  it('[act.28] of a denied call stays denied where its turn is approved while tools are paused', async () => {
    await stage.start();
    const [first, second] = await stage.ask('wire 5 and wire 6');
    const { turnId } = await stage.call('approvals.show', { id: first! });
    await stage.call('switches.pause', tools);
    await stage.call('approvals.decide', { id: first!, approve: true });
    await stage.call('approvals.decide', { id: second!, approve: false, note: 'not today' });
    await expect(resume(turnId, true)).rejects.toMatchObject({ code: 'turn_settled' });
    await stage.call('switches.resume', tools);
    expect(await stage.asked.last(2)).toMatch(/^Told: wired 5 \| .*not today$/);
    expect(stage.wired).toEqual([[5, 'alice']]);
  });

  it('that waits until tools are resumed can be denied with its turn, and its cards say so', async () => {
    await stage.start();
    const [id] = await stage.ask();
    const { turnId } = await stage.call('approvals.show', { id: id! });
    await stage.call('switches.pause', tools);
    await stage.press(stage.operators, 'olga', 'Approve');
    expect(await resume(turnId, true)).toEqual({ turnId, approve: true, held: true });
    await resume(turnId, false);
    expect(await stage.asked.last(2)).toContain('token ann denied it');
    for (const platform of [stage.asked, stage.operators])
      await until(() => stage.card(platform).text.includes('**Denied** by `token ann`'));
    expect(await stage.state(id!)).toBe('denied');
    await stage.call('switches.resume', tools);
    expect(stage.wired).toEqual([]);
  });
});
