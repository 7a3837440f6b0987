/** Prompts that a provider finds too long, in its own words: cut and asked once more, and no failure of the model. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, json, type Script } from '../llm/scripted-server.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { chunk, configure, type Provider, providers, says } from '../support/providers.js';

const tooLong =
  'Your input exceeds the context window of this model. Please adjust your input and try again.';
const inWords = (message: string) =>
  json(400, { object: 'error', message, type: 'BadRequestError', code: 400 });
const failed = { type: 'response.failed', response: { error: { code: 'server_error', message: tooLong } } };
const started = { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } };

describe('a prompt that the provider finds too long', () => {
  let home: Home;
  let a: Provider;
  let b: Provider;
  let settings: Record<string, string>;
  beforeEach(async () => {
    home = new Home();
    ({ a, b, settings } = await providers(home, 'a', 'b'));
    [a.answer, b.answer] = [says('I am A.'), says('I am B.')];
  });
  afterEach(() => home.dispose());

  /** A room with some history, and a client that asks there. */
  const start = async () => {
    const hub = await home.hub({}, settings);
    const client = api(hub.url, hub.token.secret);
    const ask = async (text: string) => {
      const sent = await client.send('assistant', { text, userId: 'alice', roomId: 'r' });
      const record = await (await client.get(`/assistant/turns/${sent.turnId}`)).json();
      return { text: sent.reply!.text, record };
    };
    for (let i = 0; i < 4; i++) await ask(`${i}: ${'the tower is high. '.repeat(30)}`);
    const notes = async () => ((await (await client.get('/readyz')).json()) as { notes: string[] }).notes;
    return { client, ask, notes };
  };
  const sizes = (provider: Provider, last: number) =>
    provider.received.slice(-last).map(({ body }) => JSON.stringify(body.messages).length);

  it.each<[string, Script]>([
    ['a failed response', events([failed])],
    ['a failed response after some words', events([chunk({ content: 'The tower is' }), failed])],
    [
      'a status, in words alone',
      inWords("The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
    ],
    ['a server error', json(500, { error: { message: tooLong, type: 'server_error' } })],
    ['a status alone', json(413, {})],
  ])('[act.39] is cut and asked once more, five times over, and A is asked on: %s', async (_, refusal) => {
    const { client, ask, notes } = await start();
    for (let i = 0; i < 5; i++) {
      a.answer = (response, request) => {
        a.answer = says('I am A.');
        return refusal(response, request);
      };
      const { text, record } = await ask('how high is it?');
      expect(text).toBe('I am A.');
      expect(record).toMatchObject({ model: 'a:m', attempt: 1 });
      expect(record).not.toHaveProperty('passedOver');
      const [first, second] = sizes(a, 2);
      expect(second).toBeLessThan(first! * 0.8);
      expect(JSON.stringify(a.received.at(-1)!.body.messages.at(-1))).toContain('how high is it?');
    }
    expect(b.received).toHaveLength(0);
    expect((await notes()).join()).not.toContain('model');
    const history = await client.messages('assistant', 'r');
    expect(history.filter(({ role }) => role === 'assistant').every(({ text }) => text === 'I am A.')).toBe(
      true,
    );
  });

  it('[act.39] goes to B, whole, where it is too long for A all the same, and A is asked first again', async () => {
    const { ask } = await start();
    for (let i = 0; i < 5; i++) {
      a.answer = inWords(tooLong);
      const asked = a.received.length;
      const { text, record } = await ask('how high is it?');
      expect(text).toBe('I am B.');
      expect(record).toMatchObject({ model: 'b:m', passedOver: [{ model: 'a:m', code: 'prompt_too_long' }] });
      expect(a.received).toHaveLength(asked + 2);
      expect(sizes(b, 1)[0]).toBe(sizes(a, 2)[0]);
    }
    a.answer = says('I am A.');
    expect((await ask('and now?')).text).toBe('I am A.');
  });

  it.each<[string, Script]>([
    [
      'an error event',
      events([
        started,
        { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' } },
      ]),
    ],
    [
      'a status',
      json(400, {
        error: {
          type: 'invalid_request_error',
          message: 'input length and `max_tokens` exceed context limit',
        },
      }),
    ],
    [
      'a reason to stop, before any word',
      events([
        started,
        { type: 'message_delta', delta: { stop_reason: 'model_context_window_exceeded' }, usage: {} },
      ]),
    ],
  ])('[act.39] is cut and asked once more in the other protocol: %s', async (_, refusal) => {
    configure(home, 'a', { provider: 'anthropic' });
    const text = [
      started,
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'I am A.' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
      { type: 'message_stop' },
    ];
    a.answer = events(text);
    const { ask } = await start();
    a.answer = (response, request) => {
      a.answer = events(text);
      return refusal(response, request);
    };
    expect((await ask('how high is it?')).text).toBe('I am A.');
    const [first, second] = sizes(a, 2);
    expect(second).toBeLessThan(first! * 0.8);
    expect(b.received).toHaveLength(0);
  });
});
