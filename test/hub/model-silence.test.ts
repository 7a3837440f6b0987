/** Models that hang: each behind a real server, asked by the real hub. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, keepsAlive, type Script, silence } from '../llm/scripted-server.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { chunk, configure, type Provider, providers, says } from '../support/providers.js';

const question = { text: 'hello', userId: 'alice' };
const piece = (delta: object) => `data: ${JSON.stringify(chunk(delta))}`;
/** As Anthropic's servers do while nothing is said. */
const ping = 'event: ping\ndata: {"type":"ping"}';
const message = { type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 1 } } };
const thinks = (index: number) => [
  { type: 'content_block_start', index, content_block: { type: 'thinking', thinking: '', signature: '' } },
];

describe('a model that hangs', () => {
  let home: Home;
  let a: Provider;
  let b: Provider;
  let settings: Record<string, string>;
  beforeEach(async () => {
    home = new Home();
    ({ a, b, settings } = await providers(home, 'a', 'b'));
    b.answer = says('I am B.');
  });
  afterEach(() => home.dispose());

  const start = async (env: Record<string, string> = {}) => {
    const hub = await home.hub(
      {},
      { ...settings, CARRIER_MODEL_FIRST_MS: '1000', CARRIER_MODEL_IDLE_MS: '1000', ...env },
    );
    const client = api(hub.url, hub.token.secret);
    const recordOf = async (turnId: string) => (await client.get(`/assistant/turns/${turnId}`)).json();
    return { client, recordOf };
  };

  it.each<[string, Script, RegExp]>([
    ['that says nothing at all', silence, /did not begin to answer within 1000 ms/],
    ['that sends headers and comments', keepsAlive(), /did not begin to answer/],
    [
      'that sends comments after its role',
      keepsAlive([chunk({ role: 'assistant', content: '' })]),
      /not begin/,
    ],
    [
      'that sends pieces with nothing in them',
      keepsAlive([], piece({ content: '', tool_calls: [] })),
      /not begin/,
    ],
    [
      'that stops after some words',
      events([chunk({ content: 'The tower is' })], 'stall'),
      /fell silent for 1000 ms/,
    ],
    ['that sends comments after some words', keepsAlive([chunk({ content: 'The tower is' })]), /fell silent/],
    [
      'that stops in the middle of a call',
      keepsAlive([chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'x', arguments: '{"a' } }] })]),
      /fell silent/,
    ],
  ])('[act.38] is passed over, and B answers: one %s', async (_, script, why) => {
    a.answer = script;
    const { client, recordOf } = await start();
    const { reply, turnId } = await client.send('assistant', { ...question, roomId: 'r' });
    expect(reply!.text).toBe('I am B.');
    expect(await recordOf(turnId)).toMatchObject({
      ...{ model: 'b:m', status: 'done', attempt: 1 },
      passedOver: [{ model: 'a:m', code: 'model_timeout', message: expect.stringMatching(why) }],
    });
    const history = await client.messages('assistant', 'r');
    expect(history.map(({ text }) => text)).toEqual(['hello', 'I am B.']);
  });

  it.each<[string, Script, RegExp]>([
    ['pings', keepsAlive([message], ping), /did not begin/],
    ['pings after a thought', keepsAlive([message, ...thinks(0)], ping), /fell silent/],
  ])('[act.38] is passed over where it speaks the other protocol: only %s', async (_, script, why) => {
    configure(home, 'a', { provider: 'anthropic' });
    a.answer = script;
    // The SDK is loaded meanwhile.
    const { client, recordOf } = await start({ CARRIER_MODEL_FIRST_MS: '3000' });
    const { reply, turnId } = await client.send('assistant', question);
    expect(reply!.text).toBe('I am B.');
    expect(await recordOf(turnId)).toMatchObject({
      passedOver: [{ model: 'a:m', code: 'model_timeout', message: expect.stringMatching(why) }],
    });
    expect(a.received[0]!.path).toContain('/messages');
  });

  /** Twenty pieces, so that the whole takes longer than any limit on silence. */
  const slowly = (delta: object, last: Script): Script => {
    return async (response, received) => {
      events([], 'stall')(response, received);
      for (let i = 0; i < 20; i++) {
        response.write(`${piece(delta)}\n\n`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const write = { writeHead: () => response, write: (text: string) => response.write(text) };
      await last({ ...write, end: () => response.end() } as never, received);
    };
  };
  it.each([
    ['words', { content: 'so ' }, 'so so'],
    ['thoughts', { reasoning_content: 'hm ' }, 'Done.'],
    ['thoughts under another name', { reasoning: 'hm ' }, 'Done.'],
  ])('[act.38] is waited for as long as it goes on: %s', async (_, delta, text) => {
    a.answer = slowly(delta, says('Done.'));
    const { client } = await start();
    const { reply } = await client.send('assistant', question);
    expect(reply!.text).toContain(text);
    expect(reply!.text).toContain('Done.');
    expect(b.received).toHaveLength(0);
  });

  it('[act.38] is waited for where nobody else is left to ask, until the whole time is over', async () => {
    b.answer = async (response, received) => {
      await new Promise((resolve) => setTimeout(resolve, 1600));
      await says('Late, but here.')(response, received);
    };
    a.answer = silence;
    const { client } = await start();
    expect((await client.send('assistant', question)).reply!.text).toBe('Late, but here.');
  });

  it('[act.38] leaves the others time, however long it goes on', async () => {
    a.answer = slowly({ content: 'so ' }, silence);
    const { client, recordOf } = await start({
      CARRIER_MODEL_TIMEOUT_MS: '1800',
      // The SDK is loaded meanwhile.
      CARRIER_MODEL_FIRST_MS: '1700',
    });
    const { reply, turnId } = await client.send('assistant', question);
    expect(reply!.text).toBe('I am B.');
    expect(await recordOf(turnId)).toMatchObject({
      passedOver: [
        { code: 'model_timeout', message: expect.stringMatching(/did not finish within 1[78]\d\d ms/) },
      ],
    });
  });
});
