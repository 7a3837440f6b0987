/** Turns that no message asked for, among those that messages ask for. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { Carrier } from '../../src/carrier.js';
import { triggerMemory } from '../../src/core/memory.js';
import { turnIdOf } from '../../src/core/turn.js';
import { defineAction } from '../../src/extension-api.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

onBothStores('a trigger', (engines) => {
  let home: Home;
  let platform: Platform;
  let carrier: Carrier;
  let settings: Record<string, string>;
  let release: () => void;
  let held: Promise<void>;
  let reasons: (string | undefined)[];
  const model = scriptedModel(async (request) => {
    if (request.messages.at(-1)!.role === 'tool') await held;
    const said = lastSaid(request);
    if (said.includes('hold on')) await held;
    if (!said.includes('wire') || request.messages.at(-1)!.role === 'tool') return `heard ${said}`;
    return { calls: [{ name: 'wire', arguments: '{}' }] };
  });
  const wire = defineAction({
    ...{ name: 'wire', description: 'Wires.', parameters: z.object({}), needsApproval: true },
    run: async () => 'wired',
  });
  const why = {
    name: 'why',
    provide: async ({ trigger }: { trigger?: { kind: string } }) => {
      reasons.push(trigger?.kind);
      return null;
    },
  };
  const start = async () => {
    carrier = await home.carrier(
      {
        ...{ connectors: [platform], model: () => model },
        plugins: [{ name: 'bank', actions: [wire], contextProviders: [why] }],
      },
      settings,
    );
  };
  beforeEach(async () => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
      connectors: { telegram: { dm: 'open', groups: 'always' } },
    });
    platform = new Platform();
    settings = { ...engines(), CARRIER_SWEEP_MS: '200' };
    reasons = [];
    model.requests.length = 0;
    held = new Promise((resolve) => {
      release = resolve;
    });
    await start();
  });
  afterEach(async () => {
    release();
    await home.dispose();
  });

  it('has its turn where it stands in the line, and its words reach the model', async () => {
    await platform.say('zoe', 'hold on');
    await until(() => model.requests.length === 1);
    const { memory } = (await platform.say('ann', 'before'))!;
    const due = triggerMemory(memory, {
      ...{ trigger: { kind: 'schedule', scheduleId: 's' }, key: 'due:s:1', text: 'water the plants' },
    });
    await carrier.store.memories.append(due);
    await platform.say('ann', 'after');
    release();
    await platform.last(4);
    expect(platform.texts.map((text) => text.split(' ').at(-1))).toEqual(['on', 'before', 'plants', 'after']);
    expect(reasons).toEqual([undefined, undefined, 'schedule', undefined]);
    const { items } = await carrier.store.memories.history(memory.roomId, { limit: 20 });
    expect(items.map(({ kind }) => kind)).toEqual(Array(7).fill('message'));
    expect(await carrier.store.turns.get(turnIdOf(due))).toMatchObject({ trigger: { kind: 'schedule' } });
  });

  it('that nobody scheduled is found by the sweeper, and taken up at a start', async () => {
    const { memory } = (await platform.say('ann', 'hello'))!;
    await platform.last(1);
    const due = (n: number) =>
      triggerMemory(memory, {
        ...{ trigger: { kind: 'schedule', scheduleId: 's' }, key: `due:s:${n}`, text: `water ${n}` },
      });
    await carrier.store.memories.append(due(1));
    expect(await platform.last(2)).toContain('water 1');
    await carrier.stop();
    const store = await openStore(`${home.folder}/data`, settings);
    await store.memories.append(due(2));
    await store.close();
    await start();
    expect(await platform.last(3)).toContain('water 2');
  });

  it('that is a decision can be stopped by the turn that waited for it, while it goes on', async () => {
    const { memory } = (await platform.say('ann', 'wire it'))!;
    await platform.last(1);
    const turnId = turnIdOf(memory);
    const system = { kind: 'system' } as const;
    await carrier.operations!.call('turns.resume', { turnId, approve: true }, system);
    // The call is made, and the model is asked what to say of it.
    await until(() => model.requests.length === 2);
    await carrier.operations!.call('turns.stop', { turnId }, system);
    expect(await platform.last(2)).toBe('Stopped.');
    await until(async () => (await carrier.store.turns.get(turnId))?.status === 'done');
    const { continuedBy } = (await carrier.store.turns.get(turnId))!;
    const shown = await carrier.operations!.call('turns.show', { turnId: continuedBy! }, system);
    expect(shown).toMatchObject({
      ...{ status: 'stopped', trigger: { kind: 'decision', turnId, decision: { approve: true } } },
      actions: [{ name: 'wire', state: 'done' }],
    });
  });
});
