/** Which bots a hub is the home of: one for each agent and platform that has a token. Settings in, options out. */
import { type Config, connectorToken } from './config.js';
import type { Agent } from './core/character.js';
import { FatalError } from './errors.js';

interface Bot {
  agentId: string;
  apiUrl?: string;
  streaming: boolean;
  maxFileBytes: number;
}

interface DiscordBot extends Bot {
  token: string;
  shards: number | 'auto';
}

interface TelegramBot extends Bot {
  token: string;
  webhook?: { url: string; secret: string };
  /** The agent is to hear what is said in groups without being named. */
  hearsAll: boolean;
}

interface SlackBot extends Bot {
  botToken?: string;
  appToken?: string;
  signingSecret?: string;
  clientId?: string;
  clientSecret?: string;
  redirectUri?: string;
  /** Set together with the OAuth settings: a bot token needs none. */
  installationKey?: string;
}

export interface Bots {
  discord: DiscordBot[];
  telegram: TelegramBot[];
  slack: SlackBot[];
}

/**
 * @param derive makes a key for one purpose from the hub's own secret, the same in all its processes.
 * @throws FatalError `config_invalid` when a token is named that is not set, or belongs to an agent that does not run.
 */
export function botsOf(config: Config, agents: Agent[], derive: (purpose: string) => string): Bots {
  const { platforms, tokens } = config;
  const usual = ['DISCORD_TOKEN', 'TELEGRAM_TOKEN', 'SLACK_BOT_TOKEN', 'SLACK_CLIENT_ID'].find(
    (name) => tokens[name],
  );
  if (usual && !agents.some(({ id }) => id === platforms.agent)) {
    throw new FatalError(
      'config_invalid',
      `${usual} is set, but there is no agent "${platforms.agent}" to answer. Set CARRIER_AGENT to one of: ${agents.map(({ id }) => id).join(', ') || 'none is running'}.`,
      { field: 'CARRIER_AGENT' },
    );
  }
  return {
    discord: agents.flatMap((agent) => discordBot(config, agent)),
    telegram: agents.flatMap((agent) => telegramBot(config, agent, derive)),
    slack: agents.flatMap((agent) => slackBot(config, agent, derive)),
  };
}

/** The agent's own token, or the hub's where the agent is the one it belongs to. */
function tokenOf(config: Config, agent: Agent, platform: string, setting: string): string | undefined {
  const own = connectorToken(config, agent, platform);
  return own ?? (agent.id === config.platforms.agent ? config.tokens[setting] : undefined);
}

function botOf({ platforms, http }: Config, agentId: string, apiUrl?: string): Bot {
  return { agentId, apiUrl, streaming: platforms.streaming, maxFileBytes: http.maxFileBytes };
}

function discordBot(config: Config, agent: Agent): DiscordBot[] {
  const token = tokenOf(config, agent, 'discord', 'DISCORD_TOKEN');
  const { apiUrl, shards } = config.platforms.discord;
  return token ? [{ ...botOf(config, agent.id, apiUrl), token, shards }] : [];
}

function telegramBot(config: Config, agent: Agent, derive: (purpose: string) => string): TelegramBot[] {
  const token = tokenOf(config, agent, 'telegram', 'TELEGRAM_TOKEN');
  const { apiUrl, webhookUrl } = config.platforms.telegram;
  if (!token) return [];
  const secret = derive(`telegram webhook ${agent.id}`);
  const { groups, context } = agent.character.connectors.telegram ?? { groups: 'mention', context: false };
  return [
    {
      ...botOf(config, agent.id, apiUrl),
      token,
      hearsAll: context || groups === 'always' || groups === 'keyword',
      ...(webhookUrl && {
        webhook: { url: `${webhookUrl.replace(/\/$/, '')}/telegram/${agent.id}`, secret },
      }),
    },
  ];
}

/** A Slack app has several secrets; an agent's own are named alike: SLACK_BOT_TOKEN_X goes with SLACK_APP_TOKEN_X. */
function slackBot(config: Config, agent: Agent, derive: (purpose: string) => string): SlackBot[] {
  const { apiUrl, redirectUri } = config.platforms.slack;
  const named = agent.character.connectors.slack?.token;
  const ending = named ? named.slice('env:SLACK_BOT_TOKEN'.length) : '';
  const mine = named !== undefined || agent.id === config.platforms.agent;
  const setting = (name: string) => (mine ? config.tokens[`${name}${ending}`] : undefined);
  const botToken = tokenOf(config, agent, 'slack', 'SLACK_BOT_TOKEN');
  const clientId = setting('SLACK_CLIENT_ID');
  if (!botToken && !clientId) return [];
  return [
    {
      ...botOf(config, agent.id, apiUrl),
      botToken,
      appToken: setting('SLACK_APP_TOKEN'),
      signingSecret: setting('SLACK_SIGNING_SECRET'),
      clientId,
      clientSecret: setting('SLACK_CLIENT_SECRET'),
      redirectUri,
      ...(clientId && { installationKey: derive(`slack installations ${agent.id}`) }),
    },
  ];
}
