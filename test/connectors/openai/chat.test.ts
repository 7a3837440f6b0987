/** The official SDK chats with an agent; what it is told when that fails. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatRig } from './rig.js';

const rig = new ChatRig();
beforeAll(async () => {
  await rig.open();
}, 60_000);
afterAll(() => rig.close());

const ask = (content: string, user: string) => ({
  ...{ model: 'assistant', user, messages: [{ role: 'user' as const, content }] },
});

/** The lines of a stream, as they came. */
async function lines(body: object): Promise<string[]> {
  const response = await rig.fetch('POST', '/v1/chat/completions', { body: { ...body, stream: true } });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const text = await response.text();
  return text.split('\n\n').filter(Boolean);
}
const chunksOf = (events: string[]) =>
  events.filter((event) => event !== 'data: [DONE]').map((event) => JSON.parse(event.slice('data: '.length)));

describe('agents as models', () => {
  it('lists those that run, one by one too', async () => {
    const { data } = await rig.sdk().models.list();
    expect(data.map(({ id }) => id)).toEqual(['assistant', 'other']);
    expect(await rig.sdk().models.retrieve('other')).toEqual({
      ...{ id: 'other', object: 'model', created: expect.any(Number), owned_by: 'carrier' },
    });
    await expect(rig.sdk().models.retrieve('nobody')).rejects.toMatchObject({
      ...{ status: 404, code: 'model_not_found', type: 'invalid_request_error' },
    });
  });

  it('answers a call with what the turn has used', async () => {
    const answer = await rig.sdk().chat.completions.create(ask('hello', 'ann'));
    expect(answer).toMatchObject({
      ...{ id: expect.stringMatching(/^chatcmpl-/), object: 'chat.completion', model: 'assistant' },
      choices: [
        {
          ...{ index: 0, finish_reason: 'stop', logprobs: null },
          message: { role: 'assistant', content: 'echo hello', refusal: null },
        },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    });
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(60);
  });

  it('carries a command of the hub out', async () => {
    const answer = await rig.sdk().chat.completions.create(ask('/help', 'helga'));
    expect(answer.choices[0]!.message.content).toContain('/forget');
  });
});

describe('[governed.19] a stream', () => {
  it('has one id and time, no reason before the last chunk, and an end', async () => {
    const events = await lines(ask('one two three', 'sam'));
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = chunksOf(events);
    expect(
      new Set(chunks.map(({ id, created, object, model }) => [id, created, object, model].join())),
    ).toHaveProperty('size', 1);
    expect(chunks[0].choices[0].delta).toMatchObject({ role: 'assistant' });
    expect(chunks.map(({ choices }) => choices[0].finish_reason)).toEqual([
      ...Array(chunks.length - 1).fill(null),
      'stop',
    ]);
    expect(chunks.at(-1).choices[0].delta).toEqual({});
    expect(chunks.map(({ choices }) => choices[0].delta.content ?? '').join('')).toBe('echo one two three');
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('ends with the usage and no choices where it is asked for, null until then', async () => {
    const chunks = chunksOf(await lines({ ...ask('four', 'sam'), stream_options: { include_usage: true } }));
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    });
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual(Array(chunks.length - 1).fill(null));
    expect(chunks.at(-2).choices[0].finish_reason).toBe('stop');
  });

  it.each([{}, { stream_options: { include_usage: false } }, { stream_options: null }])(
    'is taken by the SDK’s own helper, with %j',
    async (more) => {
      const stream = rig.sdk().chat.completions.stream({ ...ask('five six', 'sara'), ...more });
      expect(await stream.finalContent()).toBe('echo five six');
      expect((await stream.finalChatCompletion()).choices[0]!.finish_reason).toBe('stop');
    },
  );

  it('is whole where there are no deltas: an empty answer, and one that was given before', async () => {
    rig.answer = () => 'the same again';
    const first = chunksOf(await lines(ask('again', 'rita')));
    rig.answer = (said) => `echo ${said}`;
    const second = chunksOf(await lines(ask('again', 'rita')));
    const text = (chunks: ReturnType<typeof chunksOf>) =>
      chunks.map(({ choices }) => choices[0].delta.content ?? '').join('');
    expect([text(second), second[0].id]).toEqual([text(first), first[0].id]);
  });
});

describe('[governed.21] what fails', () => {
  const sdk = () => rig.sdk(rig.admin, undefined, 0);

  it('before the first word has a status, and the SDK gets all of the error', async () => {
    for (const stream of [false, true]) {
      const error = await sdk()
        .chat.completions.create({ ...ask('refuse this', `faye ${stream}`), stream })
        .then(
          () => null,
          (thrown) => thrown,
        );
      expect(error).toBeInstanceOf(OpenAI.APIError);
      expect(error).toMatchObject({ status: 502, code: 'model_refused', type: 'server_error' });
      expect(error.error).toMatchObject({ message: expect.any(String), param: null });
    }
  });

  it('in the middle ends the stream with one error, and with no end that looks well', async () => {
    const events = await lines(ask('break off, please', 'mia'));
    expect(events.join('\n')).not.toMatch(/"stop"|\[DONE\]/);
    const chunks = chunksOf(events);
    expect(chunks.slice(0, -1).every((chunk) => chunk.object === 'chat.completion.chunk')).toBe(true);
    expect(chunks.at(-1)).toEqual({
      error: { message: expect.any(String), type: 'server_error', param: null, code: 'model_refused' },
    });
    const stream = await sdk().chat.completions.create({ ...ask('break off again', 'mia'), stream: true });
    const seen: string[] = [];
    await expect(async () => {
      for await (const { choices } of stream) seen.push(choices[0]!.delta.content ?? '');
    }).rejects.toBeInstanceOf(OpenAI.APIError);
    expect(seen.join('')).toContain('echo');
  });

  it('has the API’s codes for a model that there is not, and for a wrong or no token', async () => {
    await expect(sdk().chat.completions.create({ ...ask('hi', 'x'), model: 'gpt-5' })).rejects.toMatchObject({
      ...{ status: 404, code: 'model_not_found', type: 'invalid_request_error', param: 'model' },
    });
    await expect(rig.sdk('sk-wrong', undefined, 0).models.list()).rejects.toMatchObject({
      ...{ status: 401, code: 'invalid_api_key', type: 'authentication_error' },
    });
    const bare = await fetch(`${rig.hub.url}/v1/models`);
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await bare.json()).toMatchObject({ error: { type: 'authentication_error', param: null } });
  });

  it.each([
    ['messages', { messages: [] }],
    ['messages', { messages: [{ role: 'assistant', content: 'hi' }] }],
    ['messages[0].role', { messages: [{ role: 'wizard', content: 'hi' }] }],
    ['n', { n: 2 }],
    ['tools', { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] }],
    ['response_format.type', { response_format: { type: 'json_object' } }],
    ['user', { user: 'a\nb' }],
    [
      'messages[0].content[0].image_url.url',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'http://169.254.169.254/x.png' } }],
          },
        ],
      },
    ],
  ])('names %s, with 400', async (param, wrong) => {
    const response = await rig.fetch('POST', '/v1/chat/completions', {
      body: { ...ask('hi', 'val'), ...wrong },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param, code: 'invalid_field', message: expect.any(String) },
    });
  });

  it('names what the client sent where the hub calls it otherwise', async () => {
    const refused = async (body: object, headers: object = {}) => {
      const sent = { body: { ...ask('hi', 'val'), ...body }, headers };
      const { error } = (await (await rig.fetch('POST', '/v1/chat/completions', sent)).json()) as {
        error: { param: string; message: string };
      };
      return error;
    };
    expect(await refused({ user: 'console' })).toMatchObject({
      ...{ param: 'user', message: expect.stringMatching(/^user: /) },
    });
    for (const content of ['', ' ', 'x'.repeat(40_000), null])
      expect(await refused({ messages: [{ role: 'user', content }] })).toMatchObject({ param: 'messages' });
    expect(await refused({}, { 'x-carrier-room': 'x'.repeat(300) })).toMatchObject({
      param: 'X-Carrier-Room',
      message: 'X-Carrier-Room: must have at most 288 characters.',
    });
  });

  it('also where it is no JSON, not posted, or no route', async () => {
    const post = (body: string, type: string) =>
      fetch(`${rig.hub.url}/v1/chat/completions`, {
        ...{ method: 'POST', body, headers: { authorization: `Bearer ${rig.admin}`, 'content-type': type } },
      });
    const answers = [
      await post('{', 'application/json'),
      await post('hi', 'text/plain'),
      await rig.fetch('GET', '/v1/chat/completions'),
      await rig.fetch('POST', '/v1/completions', { body: {} }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 415, 405, 404]);
    for (const answer of answers)
      expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', param: null } });
    expect(answers[2]!.headers.get('allow')).toBe('POST');
  });
});
