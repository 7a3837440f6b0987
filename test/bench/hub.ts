/** A hub in this process, on disk with the default durability, with an instant model and a platform of its own. */
import { startCarrier } from '../../dist/src/carrier.js';
import { readConfig } from '../../dist/src/config.js';
import type { OutboundMessage } from '../../dist/src/core/turn.js';
import type { Connector } from '../../dist/src/extension-api.js';
import { createLogger } from '../../dist/src/logger.js';
import { sentence } from './figures.js';
import { instantModel } from './instant.js';
import { agentId } from './memories.js';

const waiting = new Map<string, () => void>();
const connector: Connector = {
  name: 'bench',
  start: async () => {},
  stop: async () => {},
  async deliver({ to }: OutboundMessage) {
    waiting.get(to.messageId)?.();
    return {};
  },
};
export const carrier = await startCarrier(readConfig(process.env), createLogger('silent'), {
  connectors: [connector],
  characters: {
    [agentId]: {
      ...{ name: 'Ada', bio: 'A helpful assistant.' },
      connectors: { bench: { places: 'open', rate: { perUser: 0, perRoom: 0 } } },
    },
  },
  model: () => instantModel,
  embedder: null,
});
let sent = 0;

/** Sends a message and waits until its reply is delivered. */
export async function send(room: string): Promise<void> {
  const messageId = `message-${++sent}`;
  const replied = new Promise<void>((resolve) => waiting.set(messageId, resolve));
  await carrier.host.receive({
    agentId,
    source: { connector: 'bench', tenant: 'default', channel: room, messageId },
    direct: false,
    author: { id: room },
    text: sentence(sent),
  });
  await replied;
  waiting.delete(messageId);
}

/** Sends so many messages to these rooms in turn, 50 at a time and never two to one room; returns messages per second. */
export async function sendTo(rooms: string[], count: number): Promise<number> {
  const started = performance.now();
  const senders = Math.min(50, rooms.length);
  await Promise.all(
    Array.from({ length: senders }, async (_, sender) => {
      const own = rooms.filter((_, i) => i % senders === sender);
      for (let n = 0; n < count / senders; n++) await send(own[n % own.length]!);
    }),
  );
  return count / ((performance.now() - started) / 1000);
}
