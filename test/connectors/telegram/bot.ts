/** A connector, the Telegram server it talks to, and the hub it serves, put together for a test. */
import { type TelegramOptions, telegramConnector } from '../../../connectors/telegram/connector.js';
import type { Connector, Memory, OutboundMessage } from '../../../src/extension-api.js';
import { startHttpServer } from '../../../src/http/server.js';
import { tokenVerifier } from '../../../src/http/tokens.js';
import { outboundOf } from '../../../src/testing/connector.js';
import { FakeHost } from '../../../src/testing/host.js';
import { startTelegramServer, type TelegramServer } from '../../platforms/telegram/server.js';
import { until } from '../../support/until.js';

export interface Bot {
  server: TelegramServer;
  connector: Connector;
  host: FakeHost;
  /** The hub's own HTTP server, where a webhook is used. */
  url: string;
  /** Another process of the same hub, on the same store. */
  another(): Promise<Connector>;
  /** The newest message's turn, answered. */
  answer(text: string, more?: Partial<Memory['content']>): Promise<OutboundMessage>;
  deliver(outbound: OutboundMessage): Promise<string[]>;
  close(): Promise<void>;
}

export interface BotOptions extends Partial<TelegramOptions> {
  /** By webhook instead of long polling. */
  pushed?: boolean;
  host?: FakeHost;
  server?: TelegramServer;
}

const secret = 'a-secret_of-the-webhook';

export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const {
    pushed,
    host = new FakeHost({ echo: false }),
    server = await startTelegramServer(),
    ...more
  } = options;
  const connectors: Connector[] = [];
  // The route must be known before the server that mounts it has a port.
  const front = pushed ? await startFront() : null;
  const url = front?.url ?? '';

  async function connect(): Promise<Connector> {
    const connector = telegramConnector({
      agentId: 'eliza',
      token: server.token,
      apiUrl: server.url,
      maxFileBytes: 1_000_000,
      albumQuietMs: 150,
      albumSweepMs: 200,
      pollSeconds: 2,
      ...(pushed && { webhook: { url: `${url}/telegram/eliza`, secret } }),
      ...more,
    });
    connectors.push(connector);
    front?.mount(connector);
    await connector.start(host);
    await connector.connection?.open();
    if (pushed) await until(() => server.updates.webhook !== null);
    return connector;
  }

  const connector = await connect();
  return {
    server,
    connector,
    host,
    url,
    another: connect,
    async answer(text, content = {}) {
      const question = host.memories.filter(({ role }) => role === 'user').at(-1)!;
      const turn = host.begin(question);
      const reply = turn.commit(text)!;
      Object.assign(reply.content, content);
      return outboundOf(turn.id, question, reply);
    },
    async deliver(outbound) {
      const { messageIds } = await connector.deliver!(outbound, AbortSignal.timeout(10_000));
      return messageIds ?? [];
    },
    async close() {
      await Promise.all(connectors.map((each) => each.stop()));
      await front?.close();
      await server.stop();
    },
  };
}

/** The hub's HTTP server with the connector that has been mounted last. */
async function startFront() {
  let mounted: Connector | null = null;
  const server = await startHttpServer({
    config: { host: '127.0.0.1', port: 0 },
    connectors: () => (mounted ? [mounted] : []),
    tokens: tokenVerifier({ list: async () => [] }),
    ready: async () => ({ ready: true, checks: {}, connections: {}, notes: [] }),
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    log: { error() {}, warn() {} },
  });
  return {
    url: server.url,
    mount(connector: Connector) {
      mounted = connector;
    },
    close: () => server.close(100),
  };
}

/** The smallest picture there is, of one point. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
