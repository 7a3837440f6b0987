import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';

describe('a room is a line', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  it('answers 500 messages posted at once: all, in order, none twice, no two turns at a time', async () => {
    let running = 0;
    let most = 0;
    const model = scriptedModel(async (request) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return `heard ${lastSaid(request)}`;
    });
    const hub = await home.hub({ model: () => model });
    const client = api(hub.url, hub.token.secret);

    const sent = Array.from({ length: 500 }, (_, i) => `message ${i}`);
    const answers = await Promise.all(
      sent.map((text) =>
        client.send('assistant', { text, userId: 'alice', roomId: 'line', messageId: text }),
      ),
    );
    expect(most).toBe(1);

    const messages = await client.messages('assistant', 'line');
    const asked = messages.filter(({ role }) => role === 'user');
    expect(asked.map(({ text }) => text).sort()).toEqual([...sent].sort());
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set(['handled']));

    const turnIds = [...new Set(answers.map(({ turnId }) => turnId))];
    const turns = await Promise.all(
      turnIds.map(
        async (id) =>
          (await client.get(`/assistant/turns/${id}`)).json() as Promise<{
            covers: string[];
            startedAt: string;
            finishedAt: string;
          }>,
      ),
    );
    turns.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.finishedAt.localeCompare(b.finishedAt));
    // The turns' messages, laid end to end, are the room's messages in the order they came.
    expect(turns.flatMap(({ covers }) => covers)).toEqual(asked.map(({ id }) => id));
    expect(messages.filter(({ role }) => role === 'assistant')).toHaveLength(turns.length);
  });

  it('lets no slow room delay another', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = scriptedModel(async (request) => {
      if (lastSaid(request) === 'slow') await gate;
      return 'done';
    });
    const hub = await home.hub({ model: () => model });
    const client = api(hub.url, hub.token.secret);
    const slow = client.send('assistant', { text: 'slow', userId: 'alice' });
    await client.send('assistant', { text: 'quick', userId: 'bob' });
    release();
    await slow;
  });

  it('makes one message, one turn and one reply of the same message sent 20 times at once', async () => {
    const model = scriptedModel(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'once';
    });
    const hub = await home.hub({ model: () => model });
    const client = api(hub.url, hub.token.secret);
    const message = { text: 'hello', userId: 'alice', roomId: 'twenty', messageId: 'same' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.send('assistant', message)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await client.send('assistant', message)).toEqual(answers[0]);
    expect(await client.messages('assistant', 'twenty')).toHaveLength(2);
    expect(model.requests).toHaveLength(1);
  });
});
