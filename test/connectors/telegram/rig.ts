/** The real hub, a bot on it, and Alice, who writes to it: what people see is in `said`. */
import { type TelegramOptions, telegramConnector } from '../../../connectors/telegram/connector.js';
import { TestHub, type TestHubOptions } from '../../../src/testing/hub.js';
import { startTelegramServer, type TelegramServer } from '../../platforms/telegram/server.js';
import type { Chat, StoredMessage } from '../../platforms/telegram/world.js';
import { until } from '../../support/until.js';

export interface Rig {
  hub: TestHub;
  server: TelegramServer;
  alice: ReturnType<TelegramServer['world']['user']>;
  /** Alice's, with the bot. */
  chat: Chat;
  /** Alice writes there, by default in private. */
  ask(text: string, chat?: Chat): StoredMessage;
  /** What the bot has there, once that is as a test wants it. */
  said(wanted: (messages: StoredMessage[]) => boolean, chat?: Chat): Promise<StoredMessage[]>;
  /** The texts of what the bot has there. */
  texts(chat?: Chat): string[];
  /** Every update so far is confirmed. */
  taken(): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions extends Omit<Partial<TelegramOptions>, 'webhook'>, TestHubOptions {
  pushed?: boolean;
}

const secret = 'a-secret_of-the-webhook';
/** Most try how links are shown, not which. */
const anyLink = { checks: { allowedHosts: ['*'] } };

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { gate, settings, plugins, pushed, config = anyLink, ...more } = options;
  const server = await startTelegramServer();
  const hub = await TestHub.open(
    ({ url }) =>
      telegramConnector({
        ...{ agentId: 'eliza', token: server.token, apiUrl: server.url, maxFileBytes: 1_000_000 },
        ...{ albumQuietMs: 100, albumSweepMs: 200, pollSeconds: 2, streaming: false },
        ...(pushed && { webhook: { url: `${url}/telegram/eliza`, secret } }),
        ...more,
      }),
    { gate: { dm: 'open', places: 'open', ...gate }, config, settings, plugins },
  );
  if (pushed) await until(() => server.updates.webhook !== null);
  const alice = server.world.user('Alice');
  const dm = server.world.dm(alice);
  const shown = ({ text, caption }: StoredMessage) => text ?? caption ?? '';
  return {
    hub,
    server,
    alice,
    chat: dm,
    ask: (text, chat = dm) => server.people.say(chat, alice, text),
    async said(wanted, chat = dm) {
      await until(() => wanted(server.said(chat)), 30_000);
      return server.said(chat);
    },
    texts: (chat = dm) => server.said(chat).map(shown),
    taken: () => until(() => server.updates.pending.length === 0, 30_000),
    async close() {
      await hub.close();
      await server.stop();
    },
  };
}

/** What Telegram refuses a call with, in its own words. */
export function refusal(method: string, problem: string, status = 400) {
  const before = status === 403 ? 'Forbidden' : 'Bad Request';
  return { method, status, description: `${before}: ${problem}` };
}
