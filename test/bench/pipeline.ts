/** The whole pipeline in one process: intake, turn, commit, delivery, on disk with the default durability. */
import { startCarrier } from '../../dist/src/carrier.js';
import { readConfig } from '../../dist/src/config.js';
import type { OutboundMessage } from '../../dist/src/core/turn.js';
import type { Connector } from '../../dist/src/extension-api.js';
import { createLogger } from '../../dist/src/logger.js';
import { quantile, sentence } from './figures.js';
import { instantModel } from './instant.js';
import { messagesPerRoom, rooms, throughput } from './load.js';

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
const carrier = await startCarrier(readConfig(process.env), createLogger('silent'), {
  connectors: [connector],
  characters: {
    assistant: {
      ...{ name: 'Ada', bio: 'A helpful assistant.' },
      connectors: { bench: { places: 'open', rate: { perUser: 0, perRoom: 0 } } },
    },
  },
  model: () => instantModel,
  embedder: null,
});
let sent = 0;

async function send(room: string): Promise<void> {
  const messageId = `message-${++sent}`;
  const replied = new Promise<void>((resolve) => waiting.set(messageId, resolve));
  await carrier.host.receive({
    agentId: 'assistant',
    source: { connector: 'bench', tenant: 'default', channel: room, messageId },
    direct: false,
    author: { id: room },
    text: sentence(sent),
  });
  await replied;
  waiting.delete(messageId);
}

await throughput((room) => send(`warm-${room}`));
const cpu = process.cpuUsage();
const perSecond = await throughput((room) => send(`room-${room}`));
const { user, system } = process.cpuUsage(cpu);

const idle: number[] = [];
for (let i = 0; i < 300; i++) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  const started = performance.now();
  await send('idle');
  idle.push(performance.now() - started);
}
process.stdout.write(
  JSON.stringify({
    perSecond,
    cpuMs: (user + system) / 1000 / (rooms * messagesPerRoom),
    idleP50: quantile(idle, 0.5),
    idleP99: quantile(idle, 0.99),
  }),
);
await carrier.stop();
process.exit(0);
