/** The hub that is talked to: what is said there, what was said before, and what is called off. */
import type { Config } from '../../config.js';
import { roomIdOf } from '../../core/memory.js';
import { startHub } from '../../hub.js';
import { createLogger } from '../../logger.js';
import { addressOf } from '../address.js';
import { type Address, call, type StreamEvent, say } from '../client.js';

interface Earlier {
  role: string;
  text: string;
  createdAt: string;
}

/** One person's conversation with one agent, in one room. */
export interface Talk {
  readonly agent: string;
  readonly url: string;
  say(text: string, signal: AbortSignal): AsyncIterable<StreamEvent>;
  /** Calls off what is being answered; resolves when the hub knows. */
  stop(): Promise<void>;
  /** The last messages, the oldest first; none where they cannot be read. */
  earlier(limit: number): Promise<Earlier[]>;
  close(): Promise<void>;
}

/** With the hub that runs on this data folder, or, where none runs, with one of our own for as long as we talk. */
export async function talkTo(
  config: Config,
  { agent, room, user }: { agent: string; room?: string; user: string },
): Promise<Talk> {
  const { address, close } = await connect(config);
  const channel = room ?? `user:${user}`;
  const stored = roomIdOf(agent, { connector: 'http', tenant: 'default', channel });
  const path = (...parts: string[]) => `/${parts.map(encodeURIComponent).join('/')}`;
  return {
    agent,
    url: address.url,
    close,
    say: (text, signal) => say(address, agent, { text, userId: user, roomId: room }, signal),
    async stop() {
      await call(address, 'POST', path('rooms', stored, 'stop'), {});
    },
    async earlier(limit) {
      try {
        const found = await call(
          address,
          'GET',
          `${path(agent, 'rooms', channel, 'messages')}?order=newest&limit=${limit}`,
        );
        return (found as { messages: Earlier[] }).messages.reverse();
      } catch {
        // What is wrong is told when something is said.
        return [];
      }
    },
  };
}

async function connect(config: Config): Promise<{ address: Address; close(): Promise<void> }> {
  const running = addressOf(config);
  if (running) return { address: running, close: async () => {} };
  const embedded = { ...config, http: { ...config.http, host: '127.0.0.1', port: 0 } };
  const hub = await startHub(embedded, createLogger(config.logLevel));
  return { address: { url: hub.url, token: hub.token.secret }, close: () => hub.stop() };
}
