/** Tools are paused: turns go on without them, and what was approved waits beside the line of its room. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { Carrier } from '../../src/carrier.js';
import type { InputOf } from '../../src/operations/operations.js';
import { definePlugin } from '../../src/plugin/plugin.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel, textsOf } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const system = { kind: 'system' } as const;
const tools = { what: 'tools', agentId: 'assistant' } as const;
let home: Home;
let carrier: Carrier;
let platform: Platform;
let did: string[];
let aborted: number;
let aheadMs: number;

/** `call NAME` makes the model call the action; it says what it is given then. */
const model = () =>
  scriptedModel((request) => {
    const { role } = request.messages.at(-1)!;
    if (role === 'tool') return `result: ${textsOf(request).at(-1)}`;
    const name = /call (\w+)/.exec(lastSaid(request))?.[1];
    return name ? { calls: [{ name, arguments: '{}' }] } : `echo ${lastSaid(request)}`;
  });

const action = (name: string, more: object = {}) => ({
  ...{ name, description: name, parameters: z.object({}) },
  run: async () => {
    did.push(name);
    return `did ${name}`;
  },
  ...more,
});

const start = async () => {
  const plugin = definePlugin({
    name: 'doing',
    create: () => ({
      actions: [
        action('note'),
        action('pay', { needsApproval: true }),
        action('dawdle', {
          run: (_: unknown, { signal }: { signal: AbortSignal }) =>
            new Promise((_, reject) => {
              did.push('dawdle');
              signal.addEventListener('abort', () => {
                aborted++;
                reject(signal.reason);
              });
            }),
        }),
      ],
    }),
  });
  carrier = await home.carrier(
    { connectors: [platform], model, plugins: [plugin], now: () => Date.now() + aheadMs },
    { CARRIER_SWEEP_MS: '100' },
  );
};
const pause = (input: InputOf<'switches.pause'>) => carrier.operations!.call('switches.pause', input, system);
const resume = (input: InputOf<'switches.resume'>) =>
  carrier.operations!.call('switches.resume', input, system);
const decide = (turnId: string, approve: boolean) =>
  carrier.operations!.call('turns.resume', { turnId, approve }, system);
const turnOf = async (messageId: string) => (await carrier.store.memories.get(messageId))!.turnId!;
const meanwhile = () => new Promise((resolve) => setTimeout(resolve, 350));

beforeEach(async () => {
  home = new Home();
  platform = new Platform();
  [did, aborted, aheadMs] = [[], 0, 0];
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: ['doing'] },
    connectors: { telegram: { dm: 'open', operators: ['root'] } },
  });
  await start();
});
afterEach(() => home.dispose());

it('begins no action, and the model reads why', async () => {
  await pause({ ...tools, reason: 'an incident' });
  await platform.dm('ann', 'call note');
  expect(await platform.last(1)).toMatch(/^result: Tools are paused by the operators: an incident\. Nothing/);
  // Nor does anybody have to approve one.
  const { memory } = (await platform.dm('ann', 'call pay'))!;
  expect(await platform.last(2)).toMatch(/^result: Tools are paused/);
  await platform.dm('ann', 'hello');
  expect(await platform.last(3)).toContain('echo hello');
  expect(did).toEqual([]);
  const turn = await carrier.operations!.call('turns.show', { turnId: await turnOf(memory.id) }, system);
  expect(turn.actions).toMatchObject([{ name: 'pay', state: 'failed', ok: false }]);
  await resume(tools);
  await platform.dm('bob', 'call note');
  expect(await platform.last(4)).toBe('result: did note');
});

it('ends an action that runs, of which nobody knows what it did', async () => {
  const { memory } = (await platform.dm('ann', 'call dawdle'))!;
  await until(() => did.length === 1);
  await pause({ what: 'tools' });
  expect(await platform.last(1)).toMatch(/^result: Tools were paused while this ran\. Nobody knows/);
  expect(aborted).toBe(1);
  const turn = await carrier.operations!.call('turns.show', { turnId: await turnOf(memory.id) }, system);
  expect(turn.actions).toMatchObject([{ name: 'dawdle', state: 'unknown', ok: false }]);
});

it('leaves those of other agents, and on other platforms, alone', async () => {
  home.character('other', { name: 'Other', bio: '.' });
  await until(() => carrier.agents().some(({ id }) => id === 'other'));
  await pause({ what: 'tools', agentId: 'other' });
  await pause({ what: 'tools', agentId: 'assistant', connector: 'slack' });
  await platform.dm('ann', 'call note');
  expect(await platform.last(1)).toBe('result: did note');
});

it('keeps an approval, also over a restart and beyond its time, while its room goes on', async () => {
  const { memory } = (await platform.dm('ann', 'call pay'))!;
  expect(await platform.last(1)).toMatch(/waits until an operator approves/);
  await pause(tools);
  const turnId = await turnOf(memory.id);
  expect(await decide(turnId, true)).toEqual({ turnId, approve: true, held: true });
  expect(await decide(turnId, true)).toMatchObject({ held: true });
  await platform.dm('ann', 'hello');
  expect(await platform.last(2)).toContain('echo hello');
  await carrier.stop();
  aheadMs = 30 * 24 * 3600 * 1000;
  await start();
  await meanwhile();
  expect(did).toEqual([]);
  expect(platform.shown).toHaveLength(2);
  await resume(tools);
  expect(await platform.last(3)).toBe('result: did pay');
  await meanwhile();
  expect(did).toEqual(['pay']);
  await expect(decide(turnId, false)).rejects.toMatchObject({ code: 'turn_settled' });
});

it('lets a call be denied at once, also one whose approval is held', async () => {
  const { memory } = (await platform.dm('ann', 'call pay'))!;
  await platform.last(1);
  await pause(tools);
  const turnId = await turnOf(memory.id);
  await decide(turnId, true);
  expect(await decide(turnId, false)).toEqual({ turnId, approve: false });
  expect(await platform.last(2)).toMatch(/^result: /);
  await resume(tools);
  await meanwhile();
  expect(did).toEqual([]);
  expect(platform.shown).toHaveLength(2);
});

it('waits with a decision, too, while its agent is paused', async () => {
  const { memory } = (await platform.dm('ann', 'call pay'))!;
  await platform.last(1);
  const agent = { what: 'agent', agentId: 'assistant' } as const;
  await pause(agent);
  await decide(await turnOf(memory.id), true);
  await meanwhile();
  expect([did, platform.shown.length]).toEqual([[], 1]);
  await resume(agent);
  expect(await platform.last(2)).toBe('result: did pay');
  await meanwhile();
  expect(did).toEqual(['pay']);
});

it('holds up no talk by what was approved before, and forgets none of it', async () => {
  const { memory } = (await platform.dm('ann', 'call pay'))!;
  await platform.last(1);
  const agent = { what: 'agent', agentId: 'assistant' } as const;
  await pause(agent);
  await decide(await turnOf(memory.id), true);
  await pause(tools);
  await resume(agent);
  await platform.dm('ann', 'hello');
  expect(await platform.last(2)).toContain('echo hello');
  await meanwhile();
  expect(did).toEqual([]);
  await resume(tools);
  expect(await platform.last(3)).toBe('result: did pay');
  await meanwhile();
  expect([did, platform.shown.length]).toEqual([['pay'], 3]);
});
