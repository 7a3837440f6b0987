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

  const start = async () => {
    const { settings, a, b } = await providers(home, 'a', 'b');
    const hub = await home.hub({}, settings);
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

  it('asks B where A refuses before its first word', async () => {
    const { a, b, client } = await start();
    a.answer = refuses(401);
    b.answer = says('Hello.');
    expect((await client.send('assistant', { text: 'hi', userId: 'alice' })).reply!.text).toBe('Hello.');
  });
});
