import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { TurnEvent } from '../../src/core/events.js';
import { FatalError, RetryableError } from '../../src/errors.js';
import type { Plugin } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel, textsOf } from '../support/model.js';
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

  it('answers a burst as one', async () => {
    const model = scriptedModel(() => 'both');
    const carrier = await start(model);
    await Promise.all([carrier.host.receive(say('one')), carrier.host.receive(say('two'))]);
    await until(() => probe.sent.length === 1);
    expect(model.requests[0]!.messages.map((message) => message.text)).toEqual(['one', 'two']);
    expect(probe.sent[0]!.answers).toHaveLength(2);
  });

  it('writes a draft again once when an evaluator rejects it; watchers see the revision alone', async () => {
    const plugin: Plugin = {
      name: 'judge',
      evaluators: [
        {
          name: 'politeness',
          judge: async (draft) =>
            draft.includes('please') ? { accept: true } : { accept: false, advice: 'Say please.' },
        },
      ],
    };
    const model = scriptedModel((request) =>
      lastSaid(request).includes('Say please') ? 'wait please' : 'wait',
    );
    const carrier = await start(model, plugin);
    const events = await watch(carrier);
    await carrier.host.receive(say('hello'));
    await until(() => probe.sent.length === 1);
    expect(texts()).toEqual(['wait please']);
    expect(deltas(events)).toBe('wait please');
  });

  it('lets evaluators learn from what was committed', async () => {
    const learned: string[] = [];
    const plugin: Plugin = {
      name: 'learner',
      evaluators: [
        {
          name: 'learn',
          learn: async (turn, reply) => void learned.push(`${turn.status}: ${reply!.content.text}`),
        },
      ],
    };
    const carrier = await start(
      scriptedModel(() => 'hi'),
      plugin,
    );
    await carrier.host.receive(say('hello'));
    await until(() => learned.length === 1);
    expect(learned).toEqual(['done: hi']);
  });

  it('that fails for good marks its messages, tells the person, and leaves later messages their own turn', async () => {
    const model = scriptedModel((request) => {
      if (lastSaid(request).includes('bad'))
        throw new FatalError('model_refused', 'the key sk-abcdefghijklmnop is wrong');
      return 'fine';
    });
    const carrier = await start(model);
    const events = await watch(carrier);
    const { memory } = (await carrier.host.receive(say('bad')))!;
    await until(() => probe.sent.length === 1);
    await carrier.host.receive(say('good'));
    await until(() => probe.sent.length === 2);
    expect(texts()).toEqual([expect.stringMatching(/^Sorry, .*\.$/), 'fine']);
    const outcome = await carrier.host.outcome(memory.id);
    expect(outcome!.error).toMatchObject({ code: 'model_refused' });
    expect(JSON.stringify(outcome)).not.toContain('abcdefghijklmnop');
    const { items } = await carrier.host.history(memory.roomId, { limit: 10 });
    expect(items.map(({ status }) => status)).toEqual(['failed', 'kept', 'handled', 'kept']);
    expect(events.map(({ type }) => type)).toContain('turn.failed');
  });

  it('gives up a model that hangs, and tries again', async () => {
    let tries = 0;
    const model = scriptedModel(() => (++tries < 2 ? new Promise(() => {}) : 'at last'));
    const carrier = await start(model, undefined, { CARRIER_MODEL_TIMEOUT_MS: '100' });
    await carrier.host.receive(say('hello'));
    await until(() => probe.sent.length === 1);
    expect(texts()).toEqual(['at last']);
  });

  it('asks the next model of the chain when one fails before its first word', async () => {
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [], models: ['openai', 'anthropic'] });
    const broken = scriptedModel(() => {
      throw new FatalError('model_refused', 'bad key');
    });
    const working = scriptedModel(() => 'second');
    const carrier = await home.carrier({
      connectors: [probe],
      model: (ref) => (ref === 'openai' ? broken : working),
    });
    await carrier.host.receive(say('hello'));
    await until(() => probe.sent.length === 1);
    expect(texts()).toEqual(['second']);
    expect(broken.requests).toHaveLength(1);
  });

  it('streams deltas that add up to the reply, anew in every attempt', async () => {
    let tries = 0;
    const model = scriptedModel(() => 'one two three four');
    const flaky = {
      ...model,
      async *stream(...args: Parameters<typeof model.stream>) {
        for await (const chunk of model.stream(...args)) {
          yield chunk;
          if (tries++ === 1) throw new RetryableError('model_unavailable', 'the line broke');
        }
      },
    };
    const carrier = await start(flaky);
    const events = await watch(carrier);
    await carrier.host.receive(say('count'));
    await until(() => probe.sent.length === 1);
    expect(events.filter(({ type }) => type === 'turn.started')).toHaveLength(2);
    expect(deltas(events)).toBe('one two three four');
    expect(texts()).toEqual(['one two three four']);
  });

  it('is delivered in order, with retries, whatever the platform says of a try', async () => {
    const model = scriptedModel((request) => `re: ${lastSaid(request)}`);
    const carrier = await start(model);
    probe.faults.push(
      new RetryableError('delivery_failed', '429'),
      new RetryableError('delivery_failed', '500'),
    );
    await carrier.host.receive(say('one'));
    await until(() => probe.sent.length === 1);
    probe.faults.push(new FatalError('delivery_failed', '403'));
    await carrier.host.receive(say('two'));
    await until(() => probe.faults.length === 0);
    await carrier.host.receive(say('three'));
    await until(() => probe.sent.length === 3);
    expect(texts()).toEqual(['re: one', 're: two', 're: three']);
  });

  it('tells people apart in a shared room, and shows nothing of another room', async () => {
    const model = scriptedModel(() => 'ok');
    const carrier = await start(model);
    await carrier.host.receive(say('the code is 4711', 'secret'));
    await until(() => probe.sent.length === 1);
    await carrier.host.receive(say('hello', 'open', 'alice'));
    await until(() => probe.sent.length === 2);
    await carrier.host.receive(say('what is the code?', 'open', 'bob'));
    await until(() => probe.sent.length === 3);
    const { messages, system } = model.requests.at(-1)!;
    expect(textsOf(model.requests.at(-1)!)).toEqual(['alice: hello', 'ok', 'bob: what is the code?']);
    expect(JSON.stringify({ messages, system })).not.toContain('4711');
  });

  it('does not answer bots', async () => {
    const model = scriptedModel(() => 'hi');
    const carrier = await start(model);
    expect(await carrier.host.receive({ ...say('beep'), author: { id: 'r2', bot: true } })).toBeNull();
    expect(model.requests).toHaveLength(0);
  });
});

async function watch(carrier: Carrier): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  const { roomIdOf } = await import('../../src/core/memory.js');
  await carrier.host.watch(roomIdOf('assistant', say('').source), (event) => events.push(event));
  return events;
}

/** The text watchers have in the end: a new start voids what came before. */
function deltas(events: TurnEvent[]): string {
  const begin = events.findLastIndex(({ type }) => type === 'turn.started');
  return events
    .slice(begin)
    .map((event) => (event.type === 'text.delta' ? event.text : ''))
    .join('');
}
