/** A small Discord with a server, a channel and a person in it, and the connector on a hub in memory. */
import { type DiscordOptions, discordConnector } from '../../../connectors/discord/connector.js';
import { type Connector, type DeliveryReceipt, FatalError, type Memory } from '../../../src/extension-api.js';
import { outboundOf } from '../../../src/testing/connector.js';
import { FakeHost, type FakeHostOptions } from '../../../src/testing/host.js';
import type { FakeTurn } from '../../../src/testing/turn.js';
import { type DiscordServerOptions, startDiscordServer } from '../../platforms/discord/server.js';

export interface StageOptions {
  server?: DiscordServerOptions;
  connector?: Partial<DiscordOptions>;
  host?: FakeHostOptions;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(options: StageOptions = {}) {
  const discord = await startDiscordServer(options.server);
  const guild = discord.addGuild();
  const lobby = discord.addChannel(guild, 'lobby');
  const alice = discord.addPerson('Alice', [guild]);
  const host = new FakeHost({ echo: false, ...options.host });
  const connectorOptions = {
    agentId: 'eliza',
    token: discord.token,
    apiUrl: discord.url,
    maxFileBytes: 1_000_000,
    ...options.connector,
  };
  const connectors: Connector[] = [];

  /** Another process with the same hub behind it. */
  async function connect(change: Partial<DiscordOptions> = {}): Promise<Connector> {
    const connector = discordConnector({ ...connectorOptions, ...change });
    connectors.push(connector);
    await connector.start(host);
    await connector.connection!.open();
    return connector;
  }

  return {
    discord,
    guild,
    lobby,
    alice,
    host,
    connect,
    /** "@Eliza …" */
    name: `<@${discord.bot.id}>`,
    async close(): Promise<void> {
      await Promise.all(connectors.map((connector) => connector.stop()));
      await discord.stop();
    },
  };
}

/** Commits a reply and has it delivered, as the outbox does. */
export function answer(
  connector: Connector,
  turn: FakeTurn,
  question: Memory,
  text: string,
  content: Partial<Memory['content']> = {},
): Promise<DeliveryReceipt> {
  const reply = turn.commit(text);
  if (!reply) throw new FatalError('internal', 'The turn has no reply.');
  reply.content = { ...reply.content, ...content };
  return connector.deliver!(outboundOf(turn.id, question, reply), AbortSignal.timeout(10_000));
}
