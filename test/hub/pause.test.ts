/** The kill switch on one hub: what people read, what stops, and what goes on afterwards. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { InputOf } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let carrier: Carrier;
let platform: Platform;
let model: ReturnType<typeof scriptedModel>;
const system = { kind: 'system' } as const;

/** Until somebody calls it off. */
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const start = async () => {
  carrier = await home.carrier({ connectors: [platform], model: () => model }, { CARRIER_SWEEP_MS: '100' });
};
const pause = (input: InputOf<'switches.pause'>) => carrier.operations!.call('switches.pause', input, system);
const resume = (input: InputOf<'switches.resume'>) =>
  carrier.operations!.call('switches.resume', input, system);
const agent = { what: 'agent', agentId: 'assistant' } as const;
const ann = { what: 'person', agentId: 'assistant', connector: 'telegram', userId: 'ann' } as const;
const statusOf = async (id: string) => (await carrier.store.memories.get(id))?.status;
/** Long enough for some sweeps to do what they should not. */
const meanwhile = () => new Promise((resolve) => setTimeout(resolve, 350));

beforeEach(async () => {
  home = new Home();
  platform = new Platform();
  model = scriptedModel((request) => `echo ${lastSaid(request)}`);
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', operators: ['root'], context: true } },
  });
  await start();
});
afterEach(() => home.dispose());

describe('who writes to a paused agent', () => {
  it('is told so once with the reason, and nothing is stored', async () => {
    await pause({ ...agent, reason: 'We look into odd answers.' });
    expect(await platform.dm('ann', 'hello')).toBeNull();
    expect(await platform.last(1)).toBe(
      'Ada is paused by its operators: We look into odd answers. Please write again later.',
    );
    await platform.dm('ann', 'hello?');
    await platform.dm('bob', 'hi');
    await platform.last(2);
    // Overheard, and addressed.
    await platform.say('cleo', 'nice weather', { addressed: false });
    await platform.say('cleo', 'Ada?', { addressed: true });
    await until(() => platform.shown.some(({ channel }) => channel === 'group'));
    expect(platform.shown.map(({ channel }) => channel)).toEqual(['ann', 'bob', 'group']);
    expect((await carrier.store.memories.rooms({ limit: 10 })).items).toEqual([]);
    expect(model.requests).toEqual([]);
    await resume(agent);
    await platform.dm('ann', 'now?');
    expect(await platform.last(4)).toBe('echo now?');
    // Another pause is another word.
    await pause(agent);
    await platform.dm('ann', 'again?');
    expect(await platform.last(5)).toBe('Ada is paused by its operators. Please write again later.');
  });

  it('may ask what is going on; operators’ commands work', async () => {
    await pause({ ...agent, for: '2h' });
    expect(await platform.command('ann', 'status')).toContain('Agent: Ada');
    expect(await platform.command('ann', 'help')).toContain('/status');
    expect(await platform.command('ann', 'new')).toMatch(
      /^Ada is paused by its operators\. .* in 2 hours\.$/,
    );
    expect(await platform.command('ann', 'resume')).toBe('/resume is for the operators of this agent.');
    expect(await platform.command('root', 'model')).toContain('Models');
    expect(await platform.dm('root', 'hello')).toBeNull();
    expect(model.requests).toEqual([]);
  });

  it('keeps a button that was pressed, and may edit, but wakes nothing', async () => {
    await platform.say('ann', 'Adda, hello', { id: 'typo', addressed: false });
    model = scriptedModel(() => 'unused');
    await platform.dm('bob', 'remember me');
    await platform.last(1);
    await platform.dm('bob', '/forget');
    await until(() => platform.shown.length === 2);
    const { payload } = platform.shown[1]!.outbound.memory.content.buttons![0]!;
    await pause(agent);
    expect(await platform.press('bob', payload)).toMatch(/^Ada is paused/);
    expect(await platform.editSaid('ann', 'typo', 'Ada, hello', true)).toBe(true);
    expect(await platform.last(3)).toMatch(/^Ada is paused/);
    await meanwhile();
    expect(platform.shown).toHaveLength(3);
    await resume(agent);
    expect(await platform.press('bob', payload)).toMatch(/^Forgotten/);
  });
});

describe('a pause', () => {
  it('ends a turn that runs, and its message can be answered later', async () => {
    model = scriptedModel((request, signal) =>
      model.requests.length > 1 ? lastSaid(request) : hang(signal),
    );
    const { memory } = (await platform.dm('ann', 'slow'))!;
    await until(() => model.requests.length === 1);
    await pause({ ...agent, reason: 'wait' });
    expect(await platform.last(1)).toBe('Ada is paused by its operators: wait. Please write again later.');
    expect(await statusOf(memory.id)).toBe('failed');
    const { turnId } = (await carrier.store.memories.get(memory.id))!;
    expect((await carrier.store.turns.get(turnId!))!.error).toMatchObject({ code: 'paused' });
    await resume(agent);
    await carrier.operations!.call('turns.runAgain', { turnId: turnId! }, system);
    expect(await platform.last(2)).toBe('slow');
  });

  it('leaves what waits alone, also over a restart; then it goes on in order, once', async () => {
    model = scriptedModel((request, signal) => {
      const said = lastSaid(request);
      return said === 'slow' && model.requests.length === 1 ? hang(signal) : `echo ${said}`;
    });
    await platform.say('ann', 'slow', { addressed: true });
    await until(() => model.requests.length === 1);
    const waiting: string[] = [];
    for (const text of ['one', 'two', 'three'])
      waiting.push((await platform.say(text, text, { addressed: true }))!.memory.id);
    await pause(agent);
    await platform.last(1);
    await meanwhile();
    await carrier.stop();
    await start();
    await meanwhile();
    expect(await Promise.all(waiting.map(statusOf))).toEqual(['pending', 'pending', 'pending']);
    expect(model.requests).toHaveLength(1);
    expect(await platform.dm('dora', 'hi')).toBeNull();
    await platform.last(2);
    expect(await resume(agent)).toEqual({ resumed: true });
    expect(await resume(agent)).toEqual({ resumed: false });
    await platform.last(5);
    await meanwhile();
    expect(platform.texts.slice(2)).toEqual(['echo one: one', 'echo two: two', 'echo three: three']);
    const turns = (await carrier.store.turns.list({ limit: 50 })).items;
    expect(turns.filter(({ covers }) => covers.some((id) => waiting.includes(id)))).toMatchObject(
      Array(3).fill({ status: 'done', attempt: 1 }),
    );
  });

  it('ends by itself', async () => {
    await pause({ ...agent, for: '1s' });
    await platform.dm('ann', 'hello');
    expect(await platform.last(1)).toMatch(/in a second\.$/);
    await until(
      async () => (await carrier.operations!.call('switches.list', {}, system)).pauses.length === 0,
    );
    await platform.dm('ann', 'hello');
    expect(await platform.last(2)).toBe('echo hello');
  });

  it('of a person leaves others alone, in a group, too', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    model = scriptedModel(async (request) => {
      if (lastSaid(request).includes('slow')) await held;
      return `echo ${lastSaid(request)}`;
    });
    await platform.say('bob', 'slow', { addressed: true });
    await until(() => model.requests.length === 1);
    const { memory: hers } = (await platform.say('ann', 'mine', { addressed: true }))!;
    await platform.say('bob', 'more', { addressed: true });
    await pause(ann);
    expect(await platform.dm('ann', 'hello')).toBeNull();
    expect(await platform.last(1)).toBe('Ada is paused for you by its operators. Please write again later.');
    expect(platform.shown[0]!.channel).toBe('ann');
    release();
    await platform.last(4);
    expect(platform.texts.slice(1)).toEqual([
      'echo slow',
      'Ada is paused for you by its operators. Please write again later.',
      expect.stringContaining('more'),
    ]);
    expect(await statusOf(hers.id)).toBe('failed');
    expect(model.requests).toHaveLength(2);
    await resume(ann);
    await platform.dm('ann', 'me');
    expect(await platform.last(5)).toBe('echo me');
  });

  it('of a place leaves other places alone', async () => {
    const place = { what: 'place', connector: 'telegram', tenant: 'default', channel: 'group' } as const;
    await pause(place);
    expect(await platform.say('ann', 'Ada?', { addressed: true })).toBeNull();
    expect(await platform.say('ann', 'thread', { addressed: true, thread: 't' })).toBeNull();
    expect(await platform.last(1)).toBe('Ada is paused here by its operators. Please write again later.');
    await platform.say('ann', 'elsewhere', { addressed: true, channel: 'other' });
    expect(await platform.last(2)).toBe('echo elsewhere');
  });

  it('twice, at once, is one; and what is paused is named where operators look', async () => {
    await Promise.all([pause(agent), pause(agent), pause({ ...agent, reason: 'why' }), pause(ann)]);
    const { pauses } = await carrier.operations!.call('switches.list', {}, system);
    expect(pauses.map(({ what }) => what).sort()).toEqual(['agent', 'person']);
    expect((await carrier.ready()).notes).toContain(
      'paused by an operator: agent assistant; 1 person (carrier switches list)',
    );
    expect((await carrier.ready()).ready).toBe(true);
    await Promise.all([resume(agent), resume(agent), resume(ann)]);
    await platform.dm('ann', 'hello');
    expect(await platform.last(1)).toBe('echo hello');
  });
});
