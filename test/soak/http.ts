import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { receiverManners } from './manners.js';
import type { SoakPlatform, SoakRoom } from './platform.js';
import { meet, Trouble } from './trouble.js';

interface Reply {
  id: string;
  text: string;
}

const retryMs = 200;

/** Where the hub is, which may change while it is away. */
export type Address = () => { url: string; token: string } | null;

/**
 * A client that keeps to the API's page: a request without an answer is sent again under the same `messageId`, and
 * a reply that is told twice is one reply. One room waits for each reply, the others get them called back.
 */
export async function httpPlatform(address: Address): Promise<SoakPlatform> {
  let line = new AbortController();
  let stopped = false;
  /** Replies of each room, by their ids: messages that are answered together get the same one. */
  const replies = new Map<string, Map<string, string>>();
  const keep = (room: string, { id, text }: Reply) => replies.get(room)!.set(id, text);

  const trouble = new Trouble(receiverManners);
  const listener = createServer(async (request, response) => {
    const room = request.url!.slice(1);
    try {
      const body = await bodyOf(request);
      const found = trouble.meet({ method: 'POST', path: request.url!, body });
      if (meet(found, response)) return;
      const { reply } = JSON.parse(body) as { reply: Reply | null };
      if (reply) keep(room, reply);
      if (found === 'lose') response.destroy();
      else response.writeHead(204).end();
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const callbacks = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  async function post(body: object): Promise<{ reply: Reply | null }> {
    for (;;) {
      const hub = address();
      try {
        if (!hub) throw new Error('The hub is away.');
        const response = await fetch(`${hub.url}/assistant/message`, {
          method: 'POST',
          headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: line.signal,
        });
        if (response.ok) return (await response.json()) as { reply: Reply | null };
        throw new Error(`${response.status}: ${await response.text()}`);
      } catch (error) {
        if (stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  function room(roomId: string, waits: boolean): SoakRoom {
    let before: Promise<unknown> = Promise.resolve();
    let said = 0;
    replies.set(roomId, new Map());
    return {
      say(text) {
        const userId = said++ % 2 === 0 ? 'alice' : 'bob';
        const body = { text, userId, roomId, messageId: text };
        before = before
          .then(() => post(waits ? body : { ...body, callbackUrl: `${callbacks}/${roomId}` }))
          .then(({ reply }) => reply && keep(roomId, reply))
          // Only what the end of the soak cuts off.
          .catch(() => {});
      },
      shown: () => [...replies.get(roomId)!.values()],
    };
  }

  return {
    name: 'http',
    trouble,
    settings: { CARRIER_CALLBACK_ALLOW_PRIVATE: 'true' },
    rooms: [room('waits', true), ...['b', 'c', 'd', 'e'].map((name) => room(name, false))],
    cut() {
      line.abort();
      line = new AbortController();
      listener.closeAllConnections();
    },
    async stop() {
      stopped = true;
      line.abort();
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}
