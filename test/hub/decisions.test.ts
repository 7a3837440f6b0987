/** How a turn that waits ends: approved, denied, too late, stopped, forgotten; once, whoever is at it at the same time. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { Carrier } from '../../src/carrier.js';
import { turnIdOf } from '../../src/core/turn.js';
import { defineAction, FatalError } from '../../src/extension-api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel, textsOf } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const operator = { kind: 'system' } as const;
const dayMs = 24 * 3600 * 1000;

onBothStores('a decision', (engines) => {
  let home: Home;
  let platform: Platform;
  let carrier: Carrier;
  /** What took effect: the amount, and as whom. */
  let wired: [number, string][];
  let laterMs: number;
  let answer: Parameters<typeof scriptedModel>[0];
  let model: ReturnType<typeof scriptedModel>;
  const wire = defineAction({
    name: 'wire',
    description: 'Wires money.',
    parameters: z.object({ amount: z.number() }),
    needsApproval: ({ amount }) => amount >= 10,
    async run({ amount }, { user }) {
      wired.push([amount, user.id]);
      return `wired ${amount}`;
    },
  });
  const env: Record<string, string> = { CARRIER_SWEEP_MS: '200' };
  let settings: Record<string, string>;
  const start = async () => {
    carrier = await home.carrier(
      {
        ...{ connectors: [platform], model: () => model, now: () => Date.now() + laterMs },
        plugins: [{ name: 'bank', actions: [wire] }],
      },
      settings,
    );
  };
  beforeEach(async () => {
    home = new Home();
    settings = { ...env, ...engines() };
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
      connectors: { telegram: { dm: 'open', groups: 'always', operators: ['olga'] } },
    });
    platform = new Platform();
    wired = [];
    laterMs = 0;
    answer = (request) => {
      const { role, text } = request.messages.at(-1)!;
      if (role === 'tool') return `Told: ${text}`;
      const amounts = [...lastSaid(request).matchAll(/wire (\d+)/g)].map(([, amount]) => amount);
      if (amounts.length === 0) return 'I hear.';
      return { calls: amounts.map((amount) => ({ name: 'wire', arguments: `{"amount":${amount}}` })) };
    };
    model = scriptedModel((request, signal) => answer(request, signal));
    await start();
  });
  afterEach(() => home.dispose());

  /** Alice asks for something that waits. */
  const ask = async (text = 'wire 50') => {
    const { memory } = (await platform.say('alice', text))!;
    expect(await platform.last(1)).toContain('waits until an operator approves');
    return { memory, turnId: turnIdOf(memory) };
  };
  const resume = (turnId: string, approve: boolean, note?: string) =>
    carrier.operations!.call('turns.resume', { turnId, approve, note }, operator);
  const status = async (turnId: string) => (await carrier.store.turns.get(turnId))?.status;
  const settled = (turnId: string) => until(async () => (await status(turnId)) !== 'waiting');

  it('that approves lets the call be made once, as the person who asked', async () => {
    const { memory, turnId } = await ask('wire 1 and wire 50');
    expect(wired).toEqual([[1, 'alice']]);
    await platform.say('bob', 'what is this?');
    await platform.last(2);
    await resume(turnId, true);
    expect(await platform.last(3)).toBe('Told: wired 50');
    expect(wired).toEqual([
      [1, 'alice'],
      [50, 'alice'],
    ]);
    expect(platform.shown.at(-1)!.outbound.to.messageId).toBe(memory.source.messageId);
    expect(textsOf(model.requests.at(-1)!).join('\n')).toContain('what is this?');
    await settled(turnId);
    expect(await status(turnId)).toBe('done');
  });

  it('that denies tells the model who did and why, and nothing is done', async () => {
    const { turnId } = await ask();
    await resume(turnId, false, 'too much');
    expect(await platform.last(2)).toBe(
      'Told: This was not done: system the hub denied it. They say: too much',
    );
    expect(wired).toEqual([]);
    await settled(turnId);
    const { continuedBy } = (await carrier.store.turns.get(turnId))!;
    const next = await carrier.store.turns.get(continuedBy!);
    expect(next!.steps[0]!.actions).toMatchObject([{ state: 'denied', ok: false }]);
  });

  it('that nobody makes in time is a denial, and what comes after it is refused', async () => {
    const { turnId } = await ask();
    laterMs = 6 * dayMs;
    await platform.say('bob', 'hello');
    await platform.last(2);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await status(turnId)).toBe('waiting');
    laterMs = 8 * dayMs;
    expect(await platform.last(3)).toBe('Told: This was not done: nobody approved it in time.');
    await settled(turnId);
    await expect(resume(turnId, true)).rejects.toMatchObject({ code: 'turn_settled', status: 409 });
    expect(wired).toEqual([]);
    expect(platform.texts).toHaveLength(3);
  });

  it('is one, whoever decides at the same time', async () => {
    const { turnId } = await ask();
    laterMs = 8 * dayMs;
    const decided = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => resume(turnId, i % 2 === 0)),
    );
    await settled(turnId);
    expect(await platform.last(2)).toMatch(/^Told: (wired 50|This was not done)/);
    const approved = wired.length === 1;
    const refused = decided.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'turn_settled' });
    decided.forEach((outcome, i) => {
      if (outcome.status === 'fulfilled') expect(i % 2 === 0).toBe(approved);
    });
    // The same again is no error, another one is.
    await expect(resume(turnId, !approved)).rejects.toMatchObject({ code: 'turn_settled' });
    const { continuedBy } = (await carrier.store.turns.get(turnId))!;
    const { trigger } = (await carrier.store.turns.get(continuedBy!))!;
    if (!(trigger?.kind === 'decision' && trigger.decision.expired)) await resume(turnId, approved);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(wired.length).toBe(approved ? 1 : 0);
    expect(platform.texts).toHaveLength(2);
  });

  it('finds nothing to decide where the question was forgotten, or the turn never waited', async () => {
    const { memory, turnId } = await ask();
    await carrier.store.memories.forget([memory.id]);
    await expect(resume(turnId, true)).rejects.toMatchObject({ code: 'turn_settled' });
    expect(await status(turnId)).toBe('stopped');
    await expect(resume('turn_unknown', true)).rejects.toMatchObject({ code: 'not_found' });
    const { memory: small } = (await platform.say('bob', 'wire 2'))!;
    await platform.last(2);
    await expect(resume(turnIdOf(small), true)).rejects.toMatchObject({ code: 'turn_settled' });
    expect(wired).toEqual([[2, 'bob']]);
  });

  it('made before its question was forgotten still has a place to answer to', async () => {
    const { memory, turnId } = await ask();
    const usual = answer;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = async (request, signal) => {
      if (lastSaid(request).includes('hold on')) await held;
      return usual(request, signal);
    };
    await platform.say('bob', 'hold on');
    await until(() => model.requests.length === 2);
    await resume(turnId, true);
    expect(await carrier.store.memories.forget([memory.id])).toBe(1);
    release();
    expect(await platform.last(3)).toBe('Told: wired 50');
    expect(wired).toEqual([[50, 'alice']]);
    expect(model.requests.at(-1)!.messages.map(({ text }) => text)).not.toContain('wire 50');
  });

  it('cannot be made once somebody has stopped the turn', async () => {
    const { memory, turnId } = await ask();
    const call = (input: { turnId: string } | { roomId: string }) =>
      carrier.operations!.call('turns.stop', input, operator);
    expect(await call({ roomId: memory.roomId })).toEqual({ turnId, waited: true });
    expect(await status(turnId)).toBe('stopped');
    await expect(resume(turnId, true)).rejects.toMatchObject({ code: 'turn_settled' });
    await expect(call({ turnId })).rejects.toMatchObject({ code: 'not_found' });
    expect(await call({ roomId: memory.roomId })).toEqual({ turnId: null });
    expect(wired).toEqual([]);
  });

  it('is left alone by the sweeper, and by a restart', async () => {
    const { turnId } = await ask();
    await new Promise((resolve) => setTimeout(resolve, 700));
    await carrier.stop();
    await start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await status(turnId)).toBe('waiting');
    expect(model.requests).toHaveLength(1);
    await resume(turnId, true);
    expect(await platform.last(2)).toBe('Told: wired 50');
  });

  it('may be followed by another one: the turn that goes on waits again', async () => {
    const { turnId } = await ask();
    answer = (request) => {
      const results = request.messages.filter(({ role }) => role === 'tool');
      if (results.length < 2) return { calls: [{ name: 'wire', arguments: '{"amount":60}' }] };
      return `Both: ${results.map(({ text }) => text).join(', ')}`;
    };
    await resume(turnId, true);
    expect(await platform.last(2)).toContain('{"amount":60}');
    await settled(turnId);
    const { continuedBy } = (await carrier.store.turns.get(turnId))!;
    expect(await status(continuedBy!)).toBe('waiting');
    await resume(continuedBy!, true);
    expect(await platform.last(3)).toBe('Both: wired 50, wired 60');
    expect(wired).toEqual([
      [50, 'alice'],
      [60, 'alice'],
    ]);
  });

  it('leads to no second call where what goes on from it fails, and is run again', async () => {
    const { turnId } = await ask();
    const usual = answer;
    answer = () => {
      throw new FatalError('model_refused', 'no');
    };
    await resume(turnId, true);
    expect(await platform.last(2)).toMatch(/^Sorry/);
    await settled(turnId);
    const { continuedBy } = (await carrier.store.turns.get(turnId))!;
    expect(await status(continuedBy!)).toBe('failed');
    answer = usual;
    await carrier.operations!.call('turns.runAgain', { turnId: continuedBy! }, operator);
    expect(await platform.last(3)).toBe('Told: wired 50');
    expect(wired).toEqual([[50, 'alice']]);
  });

  it('is for operators, not for the person who asked', async () => {
    const { memory, turnId } = await ask();
    const { roomId, scope } = memory;
    const person = {
      kind: 'person',
      connector: 'telegram',
      tenant: 'default',
      agentId: 'assistant',
    } as const;
    const alice = { ...person, ...{ userId: 'alice', roomId, scope, channel: 'alice', grants: [] } };
    const level = { agentId: 'assistant', connector: 'telegram' };
    const operator = { ...alice, userId: 'olga', grants: [{ role: 'operator' as const, level }] };
    const call = carrier.operations!.call('turns.resume', { turnId, approve: true }, alice);
    await expect(call).rejects.toMatchObject({ code: 'permission_denied' });
    await carrier.operations!.call('turns.resume', { turnId, approve: true }, operator);
    expect(await platform.last(2)).toBe('Told: wired 50');
  });
});
