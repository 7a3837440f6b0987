/** Several models, each behind a real server: what people see when one of them fails. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { providers, refuses, says } from '../support/providers.js';

describe('a chain of models', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  /** How far the hub's clock is ahead of ours, in ms. */
  let ahead = 0;
  const start = async () => {
    ahead = 0;
    const { settings, a, b } = await providers(home, 'a', 'b');
    const hub = await home.hub({ now: () => Date.now() + ahead }, settings);
    return { a, b, client: api(hub.url, hub.token.secret), hub };
  };
  /** The text a watcher has in the end: a new start voids what came before. */
  const shown = (events: { event: string; data: Record<string, unknown> }[]) =>
    events
      .slice(events.findLastIndex(({ event }) => event === 'turn.started'))
      .map(({ event, data }) => (event === 'text.delta' ? data.text : ''))
      .join('');

  it('[act.37] ends with the answer of B once, and nothing of A before it, when A dies after five words', async () => {
    const { a, b, client } = await start();
    a.answer = says('The Eiffel Tower is about', 'cut');
    b.answer = says('It is 330 m high.');
    const question = { text: 'how high is it?', userId: 'alice', roomId: 'r' };
    const events = await client.stream('assistant', question);
    expect(events.filter(({ event }) => event === 'turn.started')).toHaveLength(2);
    expect(shown(events)).toBe('It is 330 m high.');
    expect(events.at(-1)).toMatchObject({ event: 'reply', data: { reply: { text: 'It is 330 m high.' } } });
    const history = await client.messages('assistant', 'r');
    expect(history.map(({ text }) => text)).toEqual(['how high is it?', 'It is 330 m high.']);
    expect([a.received.length, b.received.length]).toEqual([1, 1]);
  });

  it.each([
    ['the same words', 'The Eiffel Tower is 330 m high.'],
    ['a shorter text', 'Hm.'],
  ])('[act.37] starts over also where B says %s', async (_, text) => {
    const { a, b, client } = await start();
    a.answer = says('The Eiffel Tower is about', 'cut');
    b.answer = says(text);
    const events = await client.stream('assistant', { text: 'how high is it?', userId: 'alice' });
    expect(shown(events)).toBe(text);
    expect(events.filter(({ event }) => event === 'reply')).toHaveLength(1);
  });

  it('[act.37] tries the turn again where B dies in the middle, too', async () => {
    const { a, b, client } = await start();
    a.answer = says('The Eiffel Tower', 'cut');
    b.answer = (response, request) => {
      a.answer = says('Three hundred and thirty metres.');
      return says('It is', 'cut')(response, request);
    };
    const events = await client.stream('assistant', { text: 'how high is it?', userId: 'alice' });
    expect(shown(events)).toBe('Three hundred and thirty metres.');
  });

  it('[act.36] asks B at once while A cools down, says why in the record, and asks A again afterwards', async () => {
    const { a, b, client } = await start();
    const recordOf = async (turnId: string) => (await client.get(`/assistant/turns/${turnId}`)).json();
    a.answer = refuses(429, undefined, { 'retry-after-ms': '150000', 'retry-after': '1' });
    b.answer = says('I am B.');
    const question = { text: 'hello', userId: 'alice' };
    const why = [{ model: 'a:m', code: 'model_unavailable', message: expect.stringContaining('429') }];
    const first = await client.send('assistant', question);
    expect(first.reply!.text).toBe('I am B.');
    expect(await recordOf(first.turnId)).toMatchObject({ model: 'b:m', passedOver: why });
    a.answer = says('I am A.');
    ahead += 140_000;
    const second = await client.send('assistant', { ...question, userId: 'bob' });
    expect(await recordOf(second.turnId)).toMatchObject({ model: 'b:m', passedOver: why });
    expect(a.received).toHaveLength(1);
    ahead += 20_000;
    const third = await client.send('assistant', question);
    expect(third.reply!.text).toBe('I am A.');
    expect(await recordOf(third.turnId)).not.toHaveProperty('passedOver');
  });

  it('[act.36] asks A while it cools down, where B fails, too', async () => {
    const { a, b, client } = await start();
    a.answer = refuses(429, undefined, { 'retry-after-ms': '274579000' });
    b.answer = says('I am B.');
    await client.send('assistant', { text: 'one', userId: 'alice' });
    a.answer = says('I am A.');
    b.answer = refuses(401);
    const { reply } = await client.send('assistant', { text: 'two', userId: 'alice' });
    expect(reply!.text).toBe('I am A.');
  });

  it('names the model that wrote what is sent, where it was written once more', async () => {
    const { settings, a, b } = await providers(home, 'a', 'b');
    home.character('assistant', { name: 'Ada', bio: '.', plugins: ['strict'] });
    const strict = { name: 'strict', judge: async () => 'Be shorter.' };
    const plugin = { name: 'strict', evaluators: [strict] } as never;
    const hub = await home.hub({ plugins: [plugin] }, settings);
    const client = api(hub.url, hub.token.secret);
    a.answer = (response, request) => {
      a.answer = refuses(500);
      return says('It is some hundreds of metres high.')(response, request);
    };
    b.answer = says('330 m.');
    const { reply, turnId } = await client.send('assistant', { text: 'how high?', userId: 'alice' });
    expect(reply!.text).toBe('330 m.');
    expect(await (await client.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      ...{ model: 'b:m' },
      passedOver: [{ model: 'a:m', code: 'model_unavailable' }],
    });
  });

  it('asks B where A refuses before its first word', async () => {
    const { a, b, client } = await start();
    a.answer = refuses(401);
    b.answer = says('Hello.');
    expect((await client.send('assistant', { text: 'hi', userId: 'alice' })).reply!.text).toBe('Hello.');
  });
});
