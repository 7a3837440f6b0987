/** The actions of a turn: run once, told to the model, bounded. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RetryableError } from '../../src/errors.js';
import { defineAction, type Plugin } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Probe, say, startOn } from './probe.js';

describe('a turn', () => {
  let home: Home;
  let probe: Probe;
  beforeEach(() => {
    home = new Home();
    probe = new Probe();
  });
  afterEach(() => home.dispose());

  const start = (model: ReturnType<typeof scriptedModel>, plugin?: Plugin, env?: Record<string, string>) =>
    startOn({ home, probe }, model, plugin, env);
  const texts = () => probe.sent.map(({ memory }) => memory.content.text);

  it('runs actions, tells the model what they gave, and does not repeat them when it is tried again', async () => {
    let ran = 0;
    const plugin = counterPlugin(() => `count ${++ran}`);
    let failures = 0;
    const model = scriptedModel((request) => {
      if (request.messages.at(-1)!.role !== 'tool')
        return { text: 'Let me see.', calls: [{ name: 'count', arguments: '{"by":1}' }] };
      if (failures++ < 2) throw new RetryableError('model_unavailable', 'overloaded');
      return `It is ${request.messages.at(-1)!.text}.`;
    });
    const carrier = await start(model, plugin);
    const { memory } = (await carrier.host.receive(say('count')))!;
    await until(() => probe.sent.length === 1);
    expect(ran).toBe(1);
    expect(texts()).toEqual(['Let me see.\n\nIt is count 1.']);
    const outcome = await carrier.host.outcome(memory.id);
    expect(outcome!.reply).toMatchObject({
      actions: [{ name: 'count', result: 'count 1', ok: true }],
      usage: { inputTokens: 20 },
    });
  });

  it('takes up recorded actions after a restart, with the same idempotency key', async () => {
    const keys: string[] = [];
    const plugin = counterPlugin((key) => {
      keys.push(key);
      return 'counted';
    });
    let stuck = true;
    const model = scriptedModel((request, signal) => {
      if (request.messages.at(-1)!.role !== 'tool')
        return {
          calls: [
            { name: 'count', arguments: '{"by":1}' },
            { name: 'count', arguments: '{"by":2}' },
          ],
        };
      return stuck
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : 'done';
    });
    const first = await start(model, plugin, { CARRIER_STOP_MS: '0' });
    await first.host.receive(say('count'));
    await until(() => model.requests.length === 2);
    await first.stop();
    stuck = false;
    await start(model, plugin);
    await until(() => probe.sent.length === 1);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
  });

  it('lets the model correct bad arguments, unknown actions and failures', async () => {
    const plugin = counterPlugin(() => {
      throw new Error('the counter is broken');
    });
    const calls = [
      { name: 'count', arguments: 'not json' },
      { name: 'count', arguments: '{"by":"x"}' },
      { name: 'nonsense', arguments: '{}' },
      { name: 'count', arguments: '{"by":1}' },
    ];
    const told: string[] = [];
    const model = scriptedModel((request) => {
      const last = request.messages.at(-1)!;
      if (last.role === 'tool') told.push(last.text);
      const call = calls.shift();
      return call ? { calls: [call] } : 'I gave up.';
    });
    const carrier = await start(model, plugin);
    await carrier.host.receive(say('count'));
    await until(() => probe.sent.length === 1);
    expect(told).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('by'),
      expect.stringContaining('no action "nonsense"'),
      expect.stringContaining('the counter is broken'),
    ]);
  });

  it('ends a hanging action at its timeout, and an endless round of actions at its limit', async () => {
    const plugin = counterPlugin(() => new Promise(() => {}), 20);
    const model = scriptedModel((request) =>
      request.tools.length > 0 ? { calls: [{ name: 'count', arguments: '{"by":1}' }] } : 'enough',
    );
    const carrier = await start(model, plugin, { CARRIER_TURN_MAX_STEPS: '3' });
    const { memory } = (await carrier.host.receive(say('count')))!;
    await until(() => probe.sent.length === 1);
    const { reply } = (await carrier.host.outcome(memory.id))!;
    expect(reply!.actions).toHaveLength(3);
    expect(reply!.actions[0]).toMatchObject({
      ok: false,
      result: expect.stringContaining('longer than 20 ms'),
    });
  });
});

function counterPlugin(run: (key: string) => string | Promise<string>, timeoutMs?: number): Plugin {
  return {
    name: 'counter',
    actions: [
      defineAction({
        name: 'count',
        description: 'Counts.',
        parameters: z.object({ by: z.number() }),
        timeoutMs,
        run: async (_, { idempotencyKey }) => run(idempotencyKey),
      }),
    ],
  };
}
