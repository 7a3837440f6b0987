/** A turn that is called off while a call of it runs: its record and its people say what is known of the call. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

import type { Carrier } from '../../src/carrier.js';
import { type Action, defineAction } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
const system = { kind: 'system' } as const;
let carrier: Carrier;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
});
afterEach(() => home.dispose());

/** Gives the id of the message whose turn hangs in a call. */
async function hangingTurn(more: Partial<Action>): Promise<string> {
  let began = false;
  const wire = defineAction({
    ...{ name: 'wire', description: 'Wires.', parameters: z.object({}), ...more },
    run: () => {
      began = true;
      return new Promise<string>(() => {});
    },
  });
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
    connectors: { telegram: { dm: 'open' } },
  });
  const model = () => scriptedModel(() => ({ calls: [{ id: 'c1', name: 'wire', arguments: '{}' }] }));
  const plugins = [{ name: 'bank', actions: [wire] }];
  carrier = await home.carrier({ connectors: [platform], model, plugins });
  const { memory } = (await platform.dm('ann', 'wire'))!;
  await until(() => began);
  return memory.id;
}

const turnOf = async (messageId: string) => {
  const { turnId } = (await carrier.store.memories.get(messageId))!;
  return (await carrier.store.turns.get(turnId!))!;
};

it.each<[string, Partial<Action>, RegExp, string]>([
  ['changes something', {}, /^Stopped\.\n\nNobody knows whether `wire` took effect/, 'unknown'],
  ['may be repeated', { repeatable: true }, /^Stopped\.$/, 'failed'],
])('by /stop, and the call %s', async (_, more, told, state) => {
  const messageId = await hangingTurn(more);
  await platform.dm('ann', '/stop', { id: 'stop' });
  expect(await platform.last(1)).toMatch(told);
  const turn = await turnOf(messageId);
  expect(turn.status).toBe('stopped');
  expect(turn.steps[0]!.actions[0]).toMatchObject({ state, ok: false });
});

it('by a pause of its agent', async () => {
  const messageId = await hangingTurn({});
  await carrier.operations!.call('switches.pause', { what: 'agent', agentId: 'assistant' }, system);
  expect(await platform.last(1)).toMatch(
    /paused by its operators[\s\S]*Nobody knows whether `wire` took effect/,
  );
  expect((await turnOf(messageId)).steps[0]!.actions[0]).toMatchObject({ state: 'unknown' });
});
