import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { Memory } from '../../src/core/memory.js';
import { FatalError, RetryableError } from '../../src/errors.js';
import { promptText } from '../../src/llm/prompt-text.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
let model: ReturnType<typeof scriptedModel>;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  model = scriptedModel((request) => `echo ${lastSaid(request)}`);
});
afterEach(() => home.dispose());

const start = async (more: object = {}, env?: Record<string, string>) => {
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', operators: ['root'] }, http: { commands: true } },
    ...more,
  });
  carrier = await home.carrier({ connectors: [platform], model: () => model }, env);
};
const prompt = () => model.requests.at(-1)!.messages.map(({ text }) => text);

describe('commands', () => {
  it('are messages that begin with a slash, or come by the platform’s own means', async () => {
    await start();
    expect(await platform.dm('ann', '/help')).toBeNull();
    expect(await platform.last(1)).toMatch(
      /^I am Ada.*\/new: .*\/status: .*\/forget: .*\/model: .*\/stop: /s,
    );
    expect(platform.texts[0]).not.toMatch(/approve/);
    await platform.say('ann', ' /HELP@ada_bot', { account: 'ada_bot' });
    expect(await platform.last(2)).toBe(platform.texts[0]);
    expect(await platform.command('root', 'help')).toMatch(/\/approve/);
    expect(await platform.command('ann', 'dance')).toMatch(/no command \/dance/);
    await platform.dm('ann', '/dance');
    expect(await platform.last(3)).toBe('echo /dance');
    await platform.dm('ann', 'what does /help do?');
    expect(await platform.last(4)).toBe('echo what does /help do?');
  });

  it('are carried out once, however often they are delivered, and stand in no history', async () => {
    await start();
    for (let i = 0; i < 3; i++) await platform.dm('ann', '/help', { id: 'same' });
    const { memory } = (await platform.dm('ann', 'hello'))!;
    await platform.last(2);
    expect(platform.texts[1]).toBe('echo hello');
    const { items } = await platform.host.history(memory.roomId, { limit: 10 });
    expect(items.map(({ content }) => content.text)).toEqual(['hello', 'echo hello']);
  });

  it('are not taken from talk that is only overheard', async () => {
    await start();
    expect(await platform.say('ann', '/help', { addressed: false })).toBeNull();
    await platform.say('ann', 'hello');
    expect(await platform.last(1)).toBe('echo hello');
  });

  it('are commands over HTTP where the character wants it', async () => {
    await start();
    await carrier.stop();
    const hub = await home.hub({ model: () => model });
    const { send, stream } = api(hub.url, hub.token.secret);
    const body = { text: '/help', userId: 'ann', messageId: 'm' };
    const { reply } = await send('assistant', body);
    expect(reply!.text).toMatch(/^I am Ada/);
    expect(await send('assistant', body)).toMatchObject({ reply });
    const events = await stream('assistant', { text: '/status', userId: 'ann' });
    expect(events.at(-1)).toMatchObject({ event: 'reply' });
    expect(model.requests).toEqual([]);
  });
});

describe('/new', () => {
  it('begins a conversation without what was said before', async () => {
    await start({ memory: { recall: 0 } });
    await platform.dm('ann', 'one');
    await platform.last(1);
    await platform.dm('ann', 'two');
    await platform.last(2);
    expect(prompt()).toEqual(['one', 'echo one', 'two']);
    expect(await platform.command('ann', 'new')).toMatch(/new conversation/);
    await platform.dm('ann', 'three');
    await platform.last(3);
    expect(prompt()).toEqual(['three']);
    await carrier.stop();
    carrier = await home.carrier({ connectors: [platform], model: () => model });
    await platform.dm('ann', 'four');
    await platform.last(4);
    expect(prompt()).toEqual(['three', 'echo three', 'four']);
    await platform.dm('bob', 'mine');
    await platform.last(5);
    expect(prompt()).toEqual(['mine']);
  });

  it('leaves recall what it can find', async () => {
    await start();
    await platform.dm('ann', 'the parrot is called Biscuit');
    await platform.last(1);
    await platform.command('ann', 'new');
    await platform.dm('ann', 'what is the parrot called?');
    await platform.last(2);
    expect(prompt()).toEqual(['what is the parrot called?']);
    expect(promptText(model.requests.at(-1)!).system).toMatch(/the parrot is called Biscuit/);
  });
});

describe('/status', () => {
  it('tells agent, models, queue and memories', async () => {
    await start({ models: ['openai:a', 'anthropic:b'] });
    await platform.dm('ann', 'hello');
    await platform.last(1);
    const text = await platform.command('ann', 'status');
    expect(text).toMatch(/Agent: Ada \(assistant\)/);
    expect(text).toMatch(/Model: openai:a, then anthropic:b/);
    expect(text).toMatch(/wait for an answer: 0/);
    expect(text).toMatch(/Memories of this conversation: 2/);
  });
});

describe('/forget', () => {
  const stored = async (roomId: string) =>
    (await platform.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);

  it('asks first, then forgets everything of a direct conversation', async () => {
    await start();
    const { memory } = (await platform.dm('ann', 'my secret'))!;
    await platform.last(1);
    await carrier.store.memories.append(factOf(memory));
    await platform.dm('bob', 'not mine');
    await platform.last(2);
    expect(await platform.command('ann', 'forget')).toMatch(
      /forget for good: 1 message, 1 reply, 1 fact\..*\/forget yes/s,
    );
    expect(await stored(memory.roomId)).toHaveLength(2);
    expect(await platform.command('ann', 'forget', 'yes')).toBe('Forgotten: 1 message, 1 reply, 1 fact.');
    expect(await stored(memory.roomId)).toEqual([]);
    expect(await carrier.store.memories.facts('assistant', [memory.scope], 5)).toEqual([]);
    expect(await platform.command('ann', 'forget', 'yes')).toMatch(/nothing/);
    expect(await platform.command('bob', 'forget')).toMatch(/1 message, 1 reply\./);
  });

  it('forgets in a group only what the caller said, and the replies to it', async () => {
    await start();
    const { memory } = (await platform.say('ann', 'from ann'))!;
    await platform.last(1);
    await platform.say('bob', 'from bob');
    await platform.last(2);
    await carrier.store.memories.append(factOf(memory));
    await carrier.store.memories.append({ ...factOf(memory), id: 'bobs', author: { id: 'bob' } });
    expect(await platform.command('ann', 'forget', 'yes', false)).toBe('Forgotten: 3 memories.');
    expect(await stored(memory.roomId)).toEqual(['from bob', 'echo bob: from bob']);
    expect(await carrier.store.memories.count('assistant', [memory.scope])).toBe(3);
  });

  it('offers a button that only the caller can press, once', async () => {
    await start();
    const { memory } = (await platform.say('ann', 'from ann'))!;
    await platform.last(1);
    await platform.say('ann', '/forget');
    await platform.last(2);
    const [button] = platform.shown[1]!.outbound.memory.content.buttons!;
    expect(button).toMatchObject({ label: 'Forget it', style: 'danger' });
    expect(Buffer.byteLength(button!.payload)).toBeLessThanOrEqual(64);
    const refused = { code: 'button_invalid' };
    await expect(platform.press('bob', button!.payload, 'group')).rejects.toMatchObject(refused);
    await expect(platform.press('ann', button!.payload, 'elsewhere')).rejects.toMatchObject(refused);
    expect(await stored(memory.roomId)).toHaveLength(2);
    const presses = await Promise.allSettled(
      Array.from({ length: 5 }, () => platform.press('ann', button!.payload, 'group')),
    );
    const done = presses.flatMap((press) => (press.status === 'fulfilled' ? [press.value] : []));
    expect(done).toEqual(['Forgotten: 1 message, 1 reply.']);
    expect(await stored(memory.roomId)).toEqual([]);
  });

  const factOf = (memory: Memory): Memory => ({
    ...memory,
    ...{ id: `fact-${memory.id}`, kind: 'fact', status: 'kept' },
    source: { ...memory.source, messageId: `fact-${Math.random()}` },
  });
});

describe('/model', () => {
  it('shows the chain, and lets operators choose among it for a room', async () => {
    const asked: string[] = [];
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [], models: ['openai:a', 'anthropic:b'] },
      connectors: { telegram: { dm: 'open', operators: ['root'] } },
    });
    const overrides = {
      connectors: [platform],
      model: (ref: string) =>
        scriptedModel(() => {
          asked.push(ref);
          return 'yes';
        }),
    };
    carrier = await home.carrier(overrides);
    expect(await platform.command('ann', 'model')).toBe(
      'Models, asked in this order:\n- openai:a\n- anthropic:b',
    );
    expect(await platform.command('ann', 'model', 'anthropic:b')).toMatch(/operators/);
    expect(await platform.command('root', 'model', 'openai:gpt-9', false)).toMatch(/no such model/);
    expect(await platform.command('root', 'model', 'Anthropic:b', false)).toMatch(
      /anthropic:b is asked first/,
    );
    expect(await platform.command('ann', 'model', '', false)).toMatch(/anthropic:b \(chosen for this room\)/);
    await platform.say('ann', 'hello');
    await platform.last(1);
    await platform.dm('ann', 'hello');
    await platform.last(2);
    expect(asked).toEqual(['anthropic:b', 'openai:a']);
    await carrier.stop();
    carrier = await home.carrier(overrides);
    await platform.say('ann', 'hello');
    await platform.last(3);
    expect(await platform.command('root', 'model', 'default', false)).toMatch(/usual/);
    await platform.say('ann', 'hello');
    await platform.last(4);
    expect(asked.slice(2)).toEqual(['anthropic:b', 'openai:a']);
  });
});

describe('/stop', () => {
  it('[slack.12] ends the running turn, which says so in one word, and lets the next one go', async () => {
    const aborted: unknown[] = [];
    model = scriptedModel((request, signal) =>
      lastSaid(request) === 'slow'
        ? new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              aborted.push(signal.reason);
              reject(signal.reason);
            });
          })
        : 'quick',
    );
    await start();
    const { memory } = (await platform.dm('ann', 'slow'))!;
    await until(() => model.requests.length === 1);
    await platform.dm('ann', '/stop', { id: 'stop' });
    await until(() => platform.shown.length === 1);
    // Its platform sends the command again: nothing more is said, and nothing else is stopped.
    await platform.dm('ann', '/stop', { id: 'stop' });
    expect(platform.texts).toEqual(['Stopped.']);
    expect(aborted).toHaveLength(1);
    expect((await carrier.store.memories.get(memory.id))!.status).toBe('handled');
    const outcome = await platform.host.outcome(memory.id);
    expect(outcome).toMatchObject({ error: null, reply: { memory: { content: { text: 'Stopped.' } } } });
    await platform.dm('ann', 'and now?');
    expect(await platform.last(2)).toBe('quick');
    expect(platform.texts).toEqual(['Stopped.', 'quick']);
    expect(await platform.command('ann', 'stop')).toBe('There is nothing to stop.');
  });

  it('[slack.12] ends one that ignores its signal, by one word, and only in its room', async () => {
    let release = () => {};
    const held = new Promise<string>((resolve) => {
      release = () => resolve('late');
    });
    model = scriptedModel(() => held);
    await start();
    await platform.dm('ann', 'deaf');
    await platform.dm('bob', 'patient');
    await until(() => model.requests.length === 2);
    expect(await platform.command('ann', 'stop')).toBeNull();
    expect(await platform.last(1)).toBe('Stopped.');
    release();
    expect(await platform.last(2)).toBe('late');
    expect(platform.shown.map(({ channel }) => channel)).toEqual(['ann', 'bob']);
  });

  it('ends one that waits for another try', async () => {
    model = scriptedModel(() => {
      throw new RetryableError('model_unavailable', 'busy');
    });
    await start({}, { CARRIER_RETRY_BASE_MS: '200', CARRIER_TURN_ATTEMPTS: '50' });
    const { memory } = (await platform.dm('ann', 'hello'))!;
    await until(() => model.requests.length >= 1);
    expect(await platform.command('ann', 'stop')).toBeNull();
    model.requests.length = 0;
    const later = (await platform.dm('ann', 'later'))!;
    await until(() => platform.shown.length === 1, 20_000);
    expect(platform.texts).toEqual(['Stopped.']);
    await until(() => model.requests.length > 0);
    expect(lastSaid(model.requests.at(-1)!)).toBe('later');
    expect((await carrier.store.memories.get(later.memory.id))!.status).toBe('pending');
    expect((await carrier.store.memories.get(memory.id))!.status).toBe('handled');
  });

  it('leaves a turn that failed for good to its apology', async () => {
    model = scriptedModel(() => {
      throw new FatalError('model_refused', 'no');
    });
    await start();
    await platform.dm('ann', 'hello');
    expect(await platform.last(1)).toMatch(/^Sorry/);
    expect(await platform.command('ann', 'stop')).toBe('There is nothing to stop.');
  });
});
