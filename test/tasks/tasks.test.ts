/** Goals that an agent works on over many turns, between which its room goes on. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/extension-api.js';
import type { ModelRequest } from '../../src/llm/llm.js';
import { type Api, api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { atWork, type Call, call, contextOf, work } from './worker.js';

type Json = ReturnType<typeof JSON.parse>;
type Answer = string | { calls: Call[]; text?: string };

onBothStores('a task', (engines) => {
  let home: Home;
  let client: Api;
  let url: string;
  let token: string;
  let marks: string[];
  let settings: Record<string, string>;
  /** Of turns that work; undefined: as a good model does. */
  let working:
    | ((goal: string, request: ModelRequest) => Answer | undefined | Promise<Answer | undefined>)
    | undefined;

  const marker = definePlugin({
    name: 'marker',
    about: 'marks',
    settings: z.object({}),
    create: () => ({
      actions: [
        {
          name: 'mark',
          description: 'Marks.',
          parameters: z.object({ n: z.number() }),
          async run({ n }: { n: number }) {
            marks.push(String(n));
            return `marked ${n}`;
          },
        } as never,
      ],
    }),
  });

  const model = () =>
    scriptedModel(async (request) => {
      const context = contextOf(request);
      const task = atWork(context);
      if (task) return (await working?.(task.goal, request)) ?? work(task, request);
      const said = lastSaid(request);
      const [, goal, count] = /do (\w+) in (\d+)/.exec(said) ?? [];
      if (!goal) return /how far/.test(said) ? `It says: ${/"far":"[^"]*"/.exec(context)?.[0]}` : 'I hear.';
      if (request.messages.at(-1)!.role === 'tool') return `Begun ${goal}.`;
      const steps = Array.from({ length: Number(count) }, (_, n) => `mark {"n":${n + 1}}`);
      return { calls: [call('start_task', { goal, steps })] };
    });

  beforeEach(async () => {
    home = new Home();
    marks = [];
    working = undefined;
    home.character('assistant', { name: 'Ada', bio: '.', type: 'task', plugins: ['marker'] });
    settings = { ...engines(), CARRIER_SWEEP_MS: '100', CARRIER_TASK_TURNS: '8' };
  });
  afterEach(() => home.dispose());

  async function open(more: object = {}) {
    const hub = await home.hub({ model, plugins: [marker], ...more }, settings);
    url = hub.url;
    token = hub.token.secret;
    client = api(url, token);
  }
  const say = async (text: string, roomId = 'office') =>
    (await client.send('assistant', { text, userId: 'alice', roomId })).reply?.text;
  const ask = async (method: string, path: string): Promise<Json> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${url}${path}`, { method, headers })).json() as Promise<Json>;
  };
  const tasks = async () => (await ask('GET', '/tasks?state=all&limit=200')).tasks as Json[];
  const texts = async () => (await client.messages('assistant', 'office')).map(({ text }) => text);
  const state = async (wanted: string, goal?: string) =>
    until(
      async () => (await tasks()).some((one) => one.state === wanted && (!goal || one.goal === goal)),
      20_000,
    );

  it('is worked on step by step, each tool once, until its end is told; the room goes on meanwhile', async () => {
    await open();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    working = async (_, request) => {
      if (request.messages.at(-1)!.role !== 'tool' && marks.length === 2) await held;
      return undefined;
    };
    expect(await say('do chores in 4')).toBe('Begun chores.');
    await until(() => marks.length === 2);
    const meanwhile = say('how far are you?');
    release();
    expect(await meanwhile).toMatch(/It says: "far":"Running, [23] of 4 steps\."/);
    await state('done');
    await until(async () => (await texts()).includes('All done: chores'));
    expect(marks).toEqual(['1', '2', '3', '4']);
    // What it says to itself on the way is nobody's to read.
    expect((await texts()).filter((text) => text === 'On it.' || text === '')).toEqual([]);
    const [task] = await tasks();
    expect(task).toMatchObject({ goal: 'chores', state: 'done', turns: 5, result: 'All done: chores' });
    expect(await say('/tasks')).toBe('There are no tasks here.');
    expect(await say(`/task ${task!.id}`)).toMatch(/"chores" \(ta_\w{10}\): Done, 4 of 4 steps\.\n1\. mark/);
  });

  it('rests while it is paused, goes on where it was, and does nothing once it is stopped', async () => {
    await open();
    let paused: Promise<string | undefined> | undefined;
    working = (_, request) => {
      if (request.messages.at(-1)!.role === 'tool' && marks.length === 2 && !paused) {
        paused = say('/task pause');
        return paused.then(() => undefined);
      }
      return undefined;
    };
    await say('do chores in 6');
    await until(() => paused !== undefined);
    expect(await paused).toMatch(/"chores" \(ta_\w{10}\) is paused\./);
    const [task] = await tasks();
    expect(task!.state).toBe('paused');
    const before = marks.length;
    expect(await say('hello')).toBe('I hear.');
    expect(marks.length).toBe(before);
    expect((await ask('POST', `/tasks/${task!.id}/resume`)).state).toBe('running');
    await until(() => marks.length >= before + 2);
    expect(await say('/stop')).toMatch(/Stopped: "chores"\./);
    expect(await say('hello')).toBe('I hear.');
    const after = marks.length;
    expect(await say('hello')).toBe('I hear.');
    expect(marks.length).toBe(after);
    expect((await tasks())[0]).toMatchObject({ state: 'stopped' });
    expect((await ask('POST', `/tasks/${task!.id}/resume`)).error.code).toBe('conflict');
  });

  it('stops at its limit and says so; somebody lets it go on', async () => {
    settings.CARRIER_TASK_TURNS = '2';
    await open();
    await say('do chores in 4');
    await state('limit');
    await until(async () =>
      (await texts()).some((text) => /limit with "chores".*2 turns were taken/.test(text)),
    );
    expect(marks).toEqual(['1', '2']);
    expect(await say('/task resume')).toMatch(/is running/);
    await state('limit');
    await until(() => marks.length === 4);
  });

  it('is blocked when its model does nothing, or says so', async () => {
    await open();
    working = (goal) => (goal === 'idle' ? 'Hm.' : { calls: [call('task_blocked', { why: 'no key' })] });
    await say('do idle in 1');
    await until(async () =>
      (await texts()).some((text) => /cannot go on with "idle".*got no further/.test(text)),
    );
    await say('do keys in 1');
    await until(async () => (await texts()).some((text) => /cannot go on with "keys".*no key/.test(text)));
    expect(marks).toEqual([]);
  });

  it('[act.54] stops children before their next call, and they stay stopped although the parent begins them again', async () => {
    await open();
    let children = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    working = async (goal, request) => {
      if (goal.startsWith('child')) {
        if (marks.length === 1) await held;
        return undefined;
      }
      const began = request.messages.some((one) => one.role === 'tool');
      if (began && children < 4) return 'Waiting.';
      return {
        calls: [1, 2].map(() =>
          call('start_task', { goal: `child${++children}`, steps: ['mark {"n":1}', 'mark {"n":2}'] }),
        ),
      };
    };
    await say('do family in 1');
    await until(() => marks.length === 1);
    const [parent] = (await tasks()).filter(({ parent }) => !parent);
    const halting = ask('POST', `/tasks/${parent!.id}/stop`);
    expect((await halting).state).toBe('stopped');
    release();
    expect(await say('hello')).toBe('I hear.');
    await until(async () => (await tasks()).every(({ state }) => state === 'stopped'));
    expect(await say('hello')).toBe('I hear.');
    expect(marks).toEqual(['1']);
    expect(await tasks()).toHaveLength(3);
  });

  it('[act.54] begins no other child once somebody has stopped one', async () => {
    await open();
    let refused = '';
    working = (goal, request) => {
      if (goal === 'child') return marks.length < 1 ? undefined : 'Thinking.';
      const results = request.messages.filter((one) => one.role === 'tool');
      if (results.length > 0) {
        refused = results.at(-1)!.text;
        return /stays stopped/.test(refused)
          ? { calls: [call('task_finish', { result: 'without' })] }
          : 'Waiting.';
      }
      return { calls: [call('start_task', { goal: 'child', steps: ['mark {"n":1}', 'mark {"n":2}'] })] };
    };
    await say('do family in 1');
    await until(() => marks.length === 1);
    const child = (await tasks()).find(({ parent }) => parent);
    await ask('POST', `/tasks/${child!.id}/stop`);
    await until(async () => (await texts()).includes('without'));
    expect(refused).toMatch(/stays stopped/);
    expect(await tasks()).toHaveLength(2);
  });

  it('stops when what it was asked for with is forgotten, and its words go', async () => {
    await open();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    working = async () => {
      if (marks.length === 1) await held;
      return undefined;
    };
    await say('do secrets in 3');
    await until(() => marks.length === 1);
    const { rooms } = await ask('GET', '/rooms');
    await ask('POST', `/rooms/${rooms[0].roomId}/forget`);
    release();
    await state('stopped');
    await until(async () => !JSON.stringify(await tasks()).includes('secrets'));
    expect(marks).toEqual(['1']);
  });
});
