/** A small Discord with a server, a channel and a person in it, and the connector on the real hub. */
import { afterEach } from 'vitest';
import { type DiscordOptions, discordConnector } from '../../../connectors/discord/connector.js';
import { TestHub, type TestHubOptions } from '../../../src/testing/hub.js';
import { type DiscordServerOptions, startDiscordServer } from '../../platforms/discord/server.js';
import { until } from '../../support/until.js';

export interface HubStageOptions {
  server?: DiscordServerOptions;
  connector?: Partial<DiscordOptions>;
  gate?: Record<string, unknown>;
  settings?: Record<string, string>;
  config?: TestHubOptions['config'];
  /** Stands before the token, as people copy it. */
  tokenWord?: string;
}

export type HubStage = Awaited<ReturnType<typeof openHubStage>>;

/** Most try how links are shown, not which. */
const anyLink = { checks: { allowedHosts: ['*'] } };

async function openHubStage({
  server,
  connector,
  gate,
  settings,
  config = anyLink,
  tokenWord = '',
}: HubStageOptions) {
  const discord = await startDiscordServer(server);
  const guild = discord.addGuild();
  const lobby = discord.addChannel(guild, 'lobby');
  const alice = discord.addPerson('Alice', [guild]);
  const bob = discord.addPerson('Bob', [guild]);
  const options = {
    agentId: 'eliza',
    token: tokenWord + discord.token,
    apiUrl: discord.url,
    maxFileBytes: 1_000_000,
  };
  const made = discordConnector({ ...options, streaming: false, ...connector });
  const hub = await TestHub.open(() => made, {
    gate: { dm: 'open', places: 'open', ...gate },
    config,
    ...(settings && { settings }),
  });
  return {
    discord,
    guild,
    lobby,
    alice,
    bob,
    hub,
    connector: made,
    /** "@Eliza …" */
    name: `<@${discord.bot.id}>`,
    /** Asks in the lobby, by name; the model gives this answer. */
    ask(answer: string, text = 'well?') {
      hub.model.answer = answer;
      return alice.say(lobby, `<@${discord.bot.id}> ${text}`);
    },
    /** What stands there of the bot, once there are so many messages, or the deliveries so far have come to an end. */
    async said(channel = lobby, count = 1): Promise<string[]> {
      await until(() => discord.said(channel).length >= count, 10_000);
      return discord.said(channel).map(({ content }) => content);
    },
    /** Resolves when so many deliveries have succeeded. */
    delivered: (count = 1) =>
      until(() => hub.seen.deliveries.filter(({ error }) => !error).length >= count, 15_000),
    /** All that the model was told in its newest request, as text. */
    prompt: () => JSON.stringify(hub.model.requests.at(-1)),
    async close(): Promise<void> {
      await hub.close();
      await discord.stop();
    },
  };
}

/** Opens stages, and closes them after each test. */
export function hubStages(): (options?: HubStageOptions) => Promise<HubStage> {
  const open: HubStage[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((stage) => stage.close()));
  });
  return async (options = {}) => {
    const stage = await openHubStage(options);
    open.push(stage);
    return stage;
  };
}
