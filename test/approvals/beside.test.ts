/** What befalls calls beside the one that is decided: such with the same id, such that nobody knows the end of. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/extension-api.js';
import { onBothStores } from '../support/both-stores.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Stage } from './stage.js';

onBothStores('a call that is asked for', (engines) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(engines());
    stage.character();
  });
  afterEach(() => stage.home.dispose());

  it('has an approval of its own, also where its model gives all calls one id', async () => {
    const wire = (amount: number) => ({
      id: 'functions.wire:0',
      name: 'wire',
      arguments: `{"amount":${amount}}`,
    });
    stage.model = scriptedModel((request) => {
      const results = request.messages.filter(({ role }) => role === 'tool').map(({ text }) => text);
      return results.length > 0 ? `Told: ${results.join(' | ')}` : { calls: [wire(5), wire(6), wire(6)] };
    });
    await stage.start();
    const ids = await stage.ask('do it');
    expect(new Set(ids).size).toBe(3);
    const asked = await Promise.all(ids.map((id) => stage.call('approvals.show', { id })));
    expect(asked.map((one) => one.arguments)).toEqual(['{"amount":5}', '{"amount":6}', '{"amount":6}']);
    await stage.call('approvals.decide', { id: ids[0]!, approve: false });
    await stage.call('approvals.decide', { id: ids[1]!, approve: true });
    await stage.call('approvals.decide', { id: ids[2]!, approve: false });
    expect(await stage.asked.last(2)).toMatch(/^Told: This was not done.*\| wired 6 \| This was not done/);
    expect(stage.wired).toEqual([[6, 'alice']]);
  });

  it('goes on by its decision, whatever its model calls it', async () => {
    const odd = ['__proto__', '$x', '', 'a.b', 'constructor', '\u0000x', '\ud800', 'x'.repeat(3000)];
    stage.model = scriptedModel((request) => {
      const results = request.messages.filter(({ role }) => role === 'tool');
      if (results.length > 0) return `Told: ${results.length}`;
      return { calls: odd.map((id, at) => ({ id, name: 'wire', arguments: `{"amount":${at}}` })) };
    });
    await stage.start();
    const ids = await stage.ask('do it');
    await Promise.all(ids.map((id, at) => stage.call('approvals.decide', { id, approve: at % 2 === 0 })));
    expect(await stage.asked.last(2)).toBe('Told: 8');
    expect(stage.wired.map(([amount]) => amount).sort()).toEqual([0, 2, 4, 6]);
  });

  it('[act.27] of which nobody knows the end is told once, though its turn waits for another', async () => {
    stage.model = scriptedModel((request) => {
      const results = request.messages.filter(({ role }) => role === 'tool').map(({ text }) => text);
      if (results.length === 2 || lastSaid(request) === 'hello') return 'All told.';
      const amount = results.length === 0 ? 5 : 6;
      return { calls: [{ name: 'wire', arguments: `{"amount":${amount}}` }] };
    });
    const wire = defineAction({
      ...{
        name: 'wire',
        description: 'Wires.',
        parameters: z.object({ amount: z.number() }),
        timeoutMs: 100,
      },
      async run({ amount }) {
        stage.wired.push([amount, '']);
        return amount === 5 ? new Promise<string>(() => {}) : 'wired';
      },
    });
    await stage.start({ plugins: [{ name: 'bank', actions: [wire] }] });
    const [first] = await stage.ask('do it');
    await stage.call('approvals.decide', { id: first!, approve: true });
    await until(() => stage.asked.texts.length >= 2);
    const { approvals } = await stage.call('approvals.list', {});
    await stage.call('approvals.decide', { id: approvals[0]!.id, approve: true });
    await until(() => stage.asked.texts.some((text) => text.includes('All told.')));
    expect(stage.asked.texts.filter((text) => text.includes('Nobody knows whether'))).toHaveLength(1);
    expect(stage.wired).toHaveLength(2);
  });
});
