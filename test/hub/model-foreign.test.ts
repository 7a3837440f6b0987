/** [act.40] What one provider's model has said and called, as another provider's gets it: on real servers of both protocols. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/extension-api.js';
import { events, json, type Script } from '../llm/scripted-server.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { chunk, configure, type Provider, providers, says } from '../support/providers.js';

/** One answer of the Messages API: a thought, and a call with this id. */
const thinksAndCalls = (id: string): Script =>
  events([
    { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hush-hush' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'signed-by-a' } },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id, name: 'count', input: {} },
    },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]);
const answers = (text: string): Script =>
  events([
    { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]);
/** One answer of Chat Completions with calls of these ids. */
const callsWith = (...ids: string[]): Script =>
  events([
    chunk({ reasoning_content: 'hush-hush', reasoning_details: [{ signature: 'signed-by-a' }] }),
    ...ids.map((id, index) =>
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name: 'count', arguments: '{}' } }] }),
    ),
    chunk({}, 'tool_calls'),
    '[DONE]',
  ]);

/** In turn; the last again and again. */
const inTurn = (...scripts: Script[]): Script => {
  let at = 0;
  return (response, request) => scripts[Math.min(at++, scripts.length - 1)]!(response, request);
};
const down = json(500, { error: { message: 'down', type: 'api_error' } });

describe('what another provider’s model has called', () => {
  let home: Home;
  let a: Provider;
  let b: Provider;
  let settings: Record<string, string>;
  beforeEach(async () => {
    home = new Home();
    home.character('assistant', {
      name: 'Ada',
      bio: '.',
      plugins: ['counter'],
      models: ['a:model-a', 'b:model-b'],
    });
    ({ a, b, settings } = await providers(home, 'a', 'b'));
    configure(home, 'b', { apiKey: 'env:OTHER_KEY' });
    settings.OTHER_KEY = 'sk-other-abcdefghijklmnop';
  });
  afterEach(() => home.dispose());

  const answered = async () => {
    let ran = 0;
    const count = defineAction({
      ...{ name: 'count', description: 'counts', parameters: z.object({}) },
      run: async () => `count ${++ran}`,
    });
    const hub = await home.hub({ plugins: [{ name: 'counter', actions: [count] }] as never }, settings);
    const client = api(hub.url, hub.token.secret);
    const sent = await client.send('assistant', { text: 'count', userId: 'alice', roomId: 'r' });
    const stored = await (await client.get(`/assistant/turns/${sent.turnId}`)).text();
    expect(stored).not.toMatch(/hush-hush|signed-by-a/);
    return { client, text: sent.reply!.text, ran, record: JSON.parse(stored) };
  };

  it('[act.40] goes from Messages to Chat Completions without thoughts, under B’s own name, address and key', async () => {
    configure(home, 'a', { provider: 'anthropic' });
    a.answer = inTurn(thinksAndCalls(`toolu_${'x'.repeat(60)}`), down);
    b.answer = says('Counted.');
    const { text, ran, record } = await answered();
    expect([text, ran]).toEqual(['Counted.', 1]);
    expect(record).toMatchObject({ model: 'b:model-b', passedOver: [{ model: 'a:model-a' }] });
    const [{ body, path, headers }] = b.received as [(typeof b.received)[0]];
    expect([body.model, path, headers.authorization]).toEqual([
      'model-b',
      '/v1/chat/completions',
      'Bearer sk-other-abcdefghijklmnop',
    ]);
    expect(JSON.stringify([body, headers])).not.toMatch(/hush-hush|signed-by-a|model-a|sk-test/);
    const [call, result] = body.messages.slice(-2);
    expect(call.tool_calls[0].id).toMatch(/^[\w-]{1,40}$/);
    expect(result.tool_call_id).toBe(call.tool_calls[0].id);
  });

  it.each([
    ['dots and colons', ['functions.count:0']],
    ['the same id twice', ['call_0', 'call_0']],
    ['a pipe, as the newer protocol has it', ['call_abc|fc_123']],
    ['an emoji', ['🔧']],
    ['what the provider takes', ['call_abc']],
  ])('[act.40] goes from Chat Completions to Messages with ids that it takes: %s', async (_, ids) => {
    configure(home, 'b', { provider: 'anthropic' });
    // Two steps: some servers begin to count anew in each.
    a.answer = inTurn(callsWith(...ids), callsWith(...ids), down);
    b.answer = answers('Counted.');
    const { text, ran } = await answered();
    expect([text, ran]).toEqual(['Counted.', 2 * ids.length]);
    const [{ body, path, headers }] = b.received as [(typeof b.received)[0]];
    expect([body.model, path, headers.authorization]).toEqual([
      'model-b',
      '/v1/v1/messages',
      'Bearer sk-other-abcdefghijklmnop',
    ]);
    expect(JSON.stringify(body)).not.toMatch(/hush-hush|signed-by-a|model-a/);
    // biome-ignore lint/suspicious/noExplicitAny: as it was sent.
    const blocks: any[] = body.messages.flatMap(({ content }: { content: object[] }) => content);
    const used = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    const results = blocks.filter(({ type }) => type === 'tool_result');
    expect(used.every((id) => /^[\w-]{1,64}$/.test(id))).toBe(true);
    expect(new Set(used).size).toBe(2 * ids.length);
    expect(results.map(({ tool_use_id }) => tool_use_id)).toEqual(used);
    expect(results.map(({ content }) => /count \d/.exec(content)?.[0])).toEqual(
      used.map((_, i) => `count ${i + 1}`),
    );
    if (ids[0] === 'call_abc') expect(used[0]).toBe('call_abc');
  });

  it('[act.40] has ids of nine letters and digits where the model takes none but those', async () => {
    home.character('assistant', {
      name: 'Ada',
      bio: '.',
      plugins: ['counter'],
      models: ['a:m', 'b:mistral-large'],
    });
    a.answer = inTurn(callsWith('call_0', 'call_1'), down);
    b.answer = says('Counted.');
    expect((await answered()).text).toBe('Counted.');
    const [call, ...results] = b.received[0]!.body.messages.slice(-3);
    const ids = call.tool_calls.map(({ id }: { id: string }) => id);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(results.map((result: { tool_call_id: string }) => result.tool_call_id)).toEqual(ids);
  });

  it('[act.40] keeps A’s own thoughts for A, where it answers again', async () => {
    configure(home, 'a', { provider: 'anthropic' });
    a.answer = inTurn(thinksAndCalls('toolu_1'), answers('Counted.'));
    expect((await answered()).text).toBe('Counted.');
    const blocks = a.received[1]!.body.messages.flatMap(({ content }: { content: object[] }) => content);
    expect(blocks).toContainEqual({ type: 'thinking', thinking: 'hush-hush', signature: 'signed-by-a' });
  });

  it('[act.40] never gets the thoughts that led to another’s call of the same id', async () => {
    configure(home, 'b', { provider: 'anthropic' });
    a.answer = down;
    b.answer = inTurn(thinksAndCalls('call_0'), answers('Counted.'));
    const { client } = await answered();
    a.answer = inTurn(
      events([
        chunk({
          tool_calls: [{ index: 0, id: 'call_0', function: { name: 'count', arguments: '{"other":1}' } }],
        }),
        chunk({}, 'tool_calls'),
        '[DONE]',
      ]),
      down,
    );
    b.answer = answers('Once more.');
    const { reply } = await client.send('assistant', { text: 'again', userId: 'bob', roomId: 's' });
    expect(reply!.text).toBe('Once more.');
    expect(JSON.stringify(b.received.at(-1)!.body)).not.toMatch(/hush-hush|signed-by-a/);
  });
});
