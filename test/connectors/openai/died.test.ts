/** A process dies between noting a call and storing its message: sent again, the call is whole, in whichever process. */
import { expect, it } from 'vitest';
import { Conversations } from '../../../connectors/openai/conversations.js';
import type { Said } from '../../../connectors/openai/request.js';

const notes = new Map<string, unknown>();
/** Where nothing was stored. */
const host = {
  notes: {
    get: async (key: string) => notes.get(key) ?? null,
    put: async (key: string, value: unknown) => void notes.set(key, JSON.parse(JSON.stringify(value))),
    async take(key: string) {
      const value = notes.get(key) ?? null;
      notes.delete(key);
      return value;
    },
  },
  outcome: async () => null,
  history: async () => ({ items: [], nextCursor: null }),
};
/** A process of its own: all that it has of the others are notes. */
const begun = () => new Conversations(host as never, 'key');
const said = (role: 'user' | 'assistant', text: string): Said => ({ role, text, files: [] });
const history = [said('user', 'one'), said('assistant', 'two'), said('user', 'three'), said('user', 'four')];
const rules = 'The customer is called Zebra.';

it('in a room that the client names', async () => {
  const call = { agentId: 'a', roomId: 'r', userId: 'u', history, rules, repeated: false };
  const first = await begun().keyed(call);
  expect(first.said.text).toBe('three\n\nfour');
  expect(first.parts.map(({ text }) => text)).toEqual([rules, 'one', 'two']);
  for (const repeated of [false, true]) {
    const { refused: _, ...again } = await begun().keyed({ ...call, repeated });
    expect(first).toMatchObject(again);
    expect(again.parts).toHaveLength(3);
  }
  // It goes on in the same conversation, whose rules are known.
  const more = [...history, said('assistant', 'five'), said('user', 'six')];
  const next = await begun().keyed({ ...call, history: more });
  expect([next.said.text, next.parts]).toEqual(['six', []]);
  const { refused: _, ...again } = await begun().keyed({ ...call, history: more });
  expect(again).toMatchObject({ messageId: next.messageId, parts: [] });
});

it.each([
  ['by its SDK', undefined],
  ['under a key of its own', 'once'],
])('in a conversation that nobody names, sent again %s', async (_, once) => {
  const call = { agentId: 'a', tokenId: `t${once}`, history, rules, once };
  const first = await begun().loose({ ...call, repeated: false });
  const again = await begun().loose({ ...call, repeated: once === undefined });
  expect(again).toMatchObject({ channel: first.channel, messageId: first.messageId, said: first.said });
  expect(again.parts.map(({ text }) => text)).toEqual([rules, 'one', 'two']);
  expect(again.parts).toEqual(first.parts);
});
