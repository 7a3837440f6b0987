import { createHmac } from 'node:crypto';
import { WebChat } from '../../../connectors/webchat/connector.js';
import { Character } from '../../../src/core/character.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform, PlatformMessage } from '../../../src/testing/platform.js';
import { limits } from '../../http/api.js';
import { userToken } from './rig.js';

const secret = 'the-contract-signs-its-users-with-this-secret';

connectorContract('web chat', platform, {
  alone: 'each visitor has one room with the agent',
  cannot: {
    delivers: 'visitors fetch what was said',
    strangers: 'whoever may open the page may write, and the site says who its users are',
    places: 'a page has no groups',
    showsFiles: 'visitors fetch files',
    edits: 'what a visitor said stays as it is',
    reactions: 'visitors have none',
    buttons: 'the page shows none',
    replaces: 'visitors fetch what was said',
    live: 'the stream is drawn by the page: test/connectors/webchat/page.test.ts',
    groups: 'a site says who its users are, and nothing of groups',
    order: 'each request is on its own: the page waits for its answer',
  },
});

/** Users of a site, whose pages look again and again what there is. */
async function platform({ url }: TestHub): Promise<Platform> {
  const character = Character.parse({
    name: 'Eliza',
    bio: 'Eliza answers.',
    connectors: { webchat: { perAddress: 0 } },
  });
  const connector = new WebChat({
    ...{ agent: { id: 'eliza', character }, secret, limits },
    derive: (purpose) => createHmac('sha256', 'the hub').update(purpose).digest('hex'),
  });
  const chat = `${url}/webchat/eliza`;
  const tokens = new Map<string, Promise<string>>();
  /** By visitor. */
  const seen = new Map<string, string[]>();
  let isOpen = true;

  const tokenOf = (user: string) => {
    const known = tokens.get(user) ?? enter(user);
    tokens.set(user, known);
    // While the hub is stopped nobody can enter.
    known.catch(() => tokens.delete(user));
    return known;
  };
  async function enter(user: string): Promise<string> {
    const response = await fetch(`${chat}/visitor`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: await userToken(user, { secret }) }),
    });
    if (!response.ok) throw new Error(`${response.status}`);
    return ((await response.json()) as { token: string }).token;
  }
  async function post({ user }: PlatformMessage, body: string | FormData): Promise<boolean> {
    const json = typeof body === 'string' && { 'content-type': 'application/json' };
    return tokenOf(user)
      .then((token) => {
        const headers = { authorization: `Bearer ${token}`, ...json };
        return fetch(`${chat}/messages`, { method: 'POST', headers, body });
      })
      .then(
        ({ ok }) => ok,
        () => false,
      );
  }
  async function look(user: string, token: string): Promise<void> {
    const response = await fetch(`${chat}/messages`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) return;
    const { messages } = (await response.json()) as { messages: { role: string; text: string }[] };
    const told = messages.filter(({ role }) => role !== 'user').map(({ text }) => text);
    seen.set(user, told.reverse());
  }
  void (async () => {
    for (; isOpen; await new Promise((resolve) => setTimeout(resolve, 10)))
      for (const [user, token] of tokens) await token.then((known) => look(user, known)).catch(() => {});
  })();

  return {
    connector,
    send: (message) => post(message, JSON.stringify({ text: message.text, messageId: message.id })),
    sendFile(message, { name, mediaType, bytes }) {
      const form = new FormData();
      form.set('text', message.text);
      form.set('messageId', message.id);
      form.set('file', new Blob([Buffer.from(bytes)], { type: mediaType }), name);
      return post(message, form);
    },
    shown: () => [...seen.values()].flat(),
    refuse: () => {},
    async close() {
      isOpen = false;
    },
  };
}
