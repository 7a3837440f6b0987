import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiMessage, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

describe('a hub that is killed', () => {
  let home: Home;
  let hub: HubProcess;
  beforeEach(() => {
    home = new Home();
    // Few messages a turn, so that the kill comes amid many turns.
    hub = new HubProcess({ ...home.settings({ CARRIER_TURN_MAX_MESSAGES: '5' }), HOME: home.folder });
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await home.dispose();
  });

  it('loses nothing of 500 messages, and answers each once and in order', async () => {
    let client = api(await hub.start(), hub.token);
    let answered = 0;
    const sent = Array.from({ length: 500 }, (_, i) => `message ${i}`);
    /** As a careful client does: the same message again until it is answered. */
    const insist = async (text: string): Promise<void> => {
      for (;;) {
        try {
          await client.send('assistant', { text, userId: 'alice', roomId: 'line', messageId: text });
          answered++;
          return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    const all = Promise.all(sent.map(insist));
    await until(() => answered >= 100);
    await hub.end('SIGKILL');
    const atKill = answered;
    client = api(await hub.start(), hub.token);
    await all;
    expect(atKill).toBeLessThan(500);

    const messages = await client.messages('assistant', 'line');
    const asked = messages.filter(({ role }) => role === 'user');
    expect(asked.map(({ text }) => text).sort()).toEqual([...sent].sort());
    expect(asked.every(({ status }) => status === 'handled')).toBe(true);
    eachAnsweredOnceInOrder(messages);
  });

  it('answers at the next start what was pending, without being asked again', async () => {
    const client = api(await hub.start(), hub.token);
    const messages = Array.from({ length: 50 }, (_, i) =>
      client.post(
        'assistant',
        { text: `message ${i}`, userId: 'alice', roomId: 'line' },
        { accept: 'text/event-stream' },
      ),
    );
    await Promise.race(messages);
    await hub.end('SIGKILL');
    await Promise.allSettled(messages);
    const again = api(await hub.start(), hub.token);
    await until(async () =>
      (await again.messages('assistant', 'line')).every(({ status }) => status !== 'pending'),
    );
    const stored = await again.messages('assistant', 'line');
    expect(stored.length).toBeGreaterThan(1);
    eachAnsweredOnceInOrder(stored);
  });
});

/** A reply answers what came since the reply before it, up to its `replyTo`; so these must rise, and end with the last. */
function eachAnsweredOnceInOrder(messages: ApiMessage[]): void {
  const asked = messages.filter(({ role }) => role === 'user').map(({ id }) => id);
  const replies = messages.filter(({ role }) => role === 'assistant');
  const upTo = replies.map(({ replyTo }) => asked.indexOf(replyTo!));
  expect(upTo).toEqual([...new Set(upTo)].sort((a, b) => a - b));
  expect(upTo.at(-1)).toBe(asked.length - 1);
}
