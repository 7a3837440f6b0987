/** Before it runs, an approved call is looked at once more; and it ends by itself where nobody decides. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Turn } from '../../src/core/turn.js';
import { decide } from '../../src/store/decide.js';
import { onBothStores } from '../support/both-stores.js';
import { until } from '../support/until.js';
import { Stage } from './stage.js';

const dayMs = 24 * 3600 * 1000;

onBothStores('an approved call', (engines) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(engines());
    stage.character({ where: 'both' });
  });
  afterEach(() => stage.home.dispose());

  const tools = { what: 'tools', agentId: 'assistant' } as const;
  /** Approved while tools are paused: it runs when they are resumed. */
  const approved = async () => {
    const [id] = await stage.ask();
    await stage.call('switches.pause', tools);
    expect(await stage.press(stage.operators, 'olga', 'Approve')).toContain('goes on once tools are resumed');
    return id!;
  };
  const go = () => stage.call('switches.resume', tools);

  it('[act.25] does not run where the tool has changed, and is asked for anew', async () => {
    await stage.start();
    const id = await approved();
    await stage.carrier.stop();
    stage.description = 'Wires money to anybody.';
    await stage.start();
    await go();
    expect(await stage.asked.last(2)).toContain('waits until an operator approves it');
    expect(stage.wired).toEqual([]);
    const [row] = await stage.rows('approvals.run');
    expect(row).toMatchObject({
      outcome: 'denied',
      target: { id, why: 'the tool changed since it was approved' },
    });
    const { approvals } = await stage.call('approvals.list', {});
    expect(approvals).toHaveLength(1);
    expect(approvals[0]!.id).not.toBe(id);
    await until(() => stage.card(stage.operators).text.includes(approvals[0]!.id));
    await stage.press(stage.operators, 'otto', 'Approve');
    expect(await stage.asked.last(3)).toBe('Told: wired 50');
    expect(stage.wired).toEqual([[50, 'alice']]);
  });

  it('[act.25] does not run with other arguments than those that were approved', async () => {
    await stage.start();
    const id = await approved();
    const { turns } = stage.carrier.store;
    const get = turns.get.bind(turns);
    // Somebody has written into the store.
    const changed = (turn: Turn | null) =>
      turn && (JSON.parse(JSON.stringify(turn).replaceAll('{\\"amount\\":50}', '{\\"amount\\":58}')) as Turn);
    turns.get = async (turnId) => changed(await get(turnId));
    await go();
    expect(await stage.asked.last(2)).toContain('`wire {"amount":58}`');
    turns.get = get;
    expect(stage.wired).toEqual([]);
    const [row] = await stage.rows('approvals.run');
    expect(row).toMatchObject({ target: { id, why: 'the arguments changed since it was approved' } });
  });

  it('[act.25] does not run where what it names has changed', async () => {
    const file = join(stage.home.folder, 'named.sh');
    writeFileSync(file, 'echo harmless');
    stage.bound = () => createHash('sha256').update(readFileSync(file)).digest('hex');
    await stage.start();
    const id = await approved();
    writeFileSync(file, 'echo harmful');
    await go();
    expect(await stage.asked.last(2)).toContain('waits until an operator approves it');
    const [row] = await stage.rows('approvals.run');
    expect(row).toMatchObject({ target: { id, why: 'what the call names changed since it was approved' } });
    expect(stage.wired).toEqual([]);
  });

  it('runs as it was approved where nothing has changed, however its keys are written', async () => {
    await stage.start();
    await approved();
    await go();
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
    const rows = await stage.rows('approvals.settle');
    expect(rows).toMatchObject([{ outcome: 'done', target: { state: 'approved', by: 'person olga' } }]);
    expect(
      JSON.stringify([rows, await stage.rows('approvals.ask'), await stage.rows('approvals.run')]),
    ).not.toContain('amount');
  });

  it('[act.35] is refused where who approves has lost the role since the card', async () => {
    await stage.start();
    await stage.call('roles.give', { role: 'operator', account: 'slack:rita', agentId: 'assistant' });
    const [id] = await stage.ask();
    await stage.call('roles.take', { account: 'slack:rita', agentId: 'assistant' });
    expect(await stage.press(stage.operators, 'rita', 'Approve')).toBe(
      '/approve is for the operators of this agent.',
    );
    expect(await stage.state(id!)).toBe('open');
  });

  it('[act.35] is refused, and people told, where who approved has lost the role since the press', async () => {
    await stage.start();
    await stage.call('roles.give', { role: 'operator', account: 'slack:rita', agentId: 'assistant' });
    const [id] = await stage.ask();
    await stage.call('switches.pause', tools);
    await stage.press(stage.operators, 'rita', 'Approve');
    await stage.call('roles.take', { account: 'slack:rita', agentId: 'assistant' });
    await go();
    expect(await stage.asked.last(2)).toBe(
      'Told: This was not done: person rita approved it and may not any more.',
    );
    expect(stage.wired).toEqual([]);
    expect(await stage.rows('approvals.run')).toMatchObject([{ outcome: 'denied', target: { id } }]);
  });

  it('[act.35] is refused, and people told, where the policy denies it by then', async () => {
    await stage.start();
    await approved();
    await stage.carrier.stop();
    stage.character({ where: 'both' }, [
      { effect: 'deny', tool: 'plugin:bank:*', reason: 'the bank is closed' },
    ]);
    await stage.start();
    await go();
    expect(await stage.asked.last(2)).toContain('This is not permitted: the bank is closed');
    expect(stage.wired).toEqual([]);
  });

  it('is asked for anew where a rule wants more by then', async () => {
    await stage.start();
    await approved();
    await stage.carrier.stop();
    stage.character({ where: 'both', people: 2 });
    await stage.start();
    await go();
    expect(await stage.asked.last(2)).toContain('2 people approve it');
    expect(stage.wired).toEqual([]);
  });

  it('[act.34] has expired while the hub was down: within a sweep of the start its turn goes on, and its cards say so', async () => {
    stage.character({ where: 'both', hours: 48 });
    await stage.start();
    const [id] = await stage.ask();
    const { buttons } = stage.card(stage.operators);
    await stage.carrier.stop();
    stage.laterMs = 3 * dayMs;
    await stage.start();
    expect(await stage.asked.last(2)).toBe('Told: This was not done: nobody approved it in time.');
    for (const platform of [stage.asked, stage.operators]) {
      await until(() => stage.card(platform).text.includes('**Expired:**'));
      expect(stage.card(platform).buttons ?? []).toEqual([]);
    }
    expect(await stage.press(stage.operators, 'olga', 'Approve', buttons)).toBe(
      `${id} is over: nobody had decided in time.`,
    );
    expect(stage.wired).toEqual([]);
  });

  it('[act.34] is refused when it is pressed after its time, before any sweep', async () => {
    stage.env.CARRIER_SWEEP_MS = '600000';
    await stage.start();
    const [id] = await stage.ask();
    stage.laterMs = 8 * dayMs;
    expect(await stage.press(stage.operators, 'olga', 'Approve')).toBe(
      `${id} is over: nobody had decided in time.`,
    );
    expect(await stage.asked.last(2)).toBe('Told: This was not done: nobody approved it in time.');
    await until(() => stage.card(stage.operators).text.includes('**Expired:**'));
  });

  it('of a turn with another call that expires later waits for that, and stays approved', async () => {
    stage.character({ where: 'both', hours: 48 });
    await stage.start();
    const [first, second] = await stage.ask('wire 5 and wire 6');
    await stage.call('approvals.decide', { id: first!, approve: true });
    stage.laterMs = 3 * dayMs;
    expect(await stage.asked.last(2)).toBe('Told: wired 5 | This was not done: nobody approved it in time.');
    expect(await stage.state(second!)).toBe('expired');
    expect(stage.wired).toEqual([[5, 'alice']]);
  });

  it('of a turn that an older hub left waiting is decided as a whole', async () => {
    await stage.start();
    const [id] = await stage.ask();
    // As it wrote it: without an approval.
    const { turns, records } = stage.carrier.store;
    await records.remove('approval', id!);
    const turnId = (await stage.call('turns.list', { status: 'waiting' })).turns[0]!.turnId;
    const get = turns.get.bind(turns);
    turns.get = async (one) =>
      JSON.parse(
        JSON.stringify(await get(one))
          .replaceAll(`"approval":"${id}",`, '')
          .replaceAll(`,"approval":"${id}"`, ''),
      );
    await stage.call('turns.resume', { turnId, approve: true });
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
    expect(stage.wired).toEqual([[50, 'alice']]);
  });

  it('does not run by the decision of an older hub about its turn, which knows no approvals', async () => {
    stage.character({ where: 'both', people: 2 });
    await stage.start();
    const [id] = await stage.ask();
    const { turns } = stage.carrier.store;
    const { turnId } = (await stage.call('turns.list', { status: 'waiting' })).turns[0]!;
    await decide(stage.carrier.store, turnId, { approve: true, by: 'person olga' });
    expect(await stage.asked.last(2)).toContain('2 people approve it');
    expect(stage.wired).toEqual([]);
    expect(await stage.state(id!)).toBe('stopped');
    const { approvals } = await stage.call('approvals.list', {});
    expect(approvals).toHaveLength(1);
    for (const by of ['olga', 'otto']) {
      await until(() => stage.card(stage.operators).text.includes(approvals[0]!.id));
      await stage.press(stage.operators, by, 'Approve');
    }
    expect(await stage.asked.last(3)).toBe('Told: wired 50');
    expect((await turns.get(turnId))!.status).toBe('done');
    expect(stage.wired).toHaveLength(1);
  });

  it('is not run where an older hub has denied its turn, and its cards say that it is over', async () => {
    await stage.start();
    const [id] = await stage.ask();
    const { turnId } = (await stage.call('turns.list', { status: 'waiting' })).turns[0]!;
    await decide(stage.carrier.store, turnId, { approve: false, by: 'person olga' });
    expect(await stage.asked.last(2)).toContain('person olga denied it');
    expect(await stage.press(stage.operators, 'otto', 'Approve')).toBe(`${id} is over: it was called off.`);
    await until(() => stage.card(stage.operators).text.includes('**Stopped'));
    expect(stage.wired).toEqual([]);
  });
});
