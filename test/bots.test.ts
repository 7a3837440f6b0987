import { describe, expect, it } from 'vitest';
import { slackConnector } from '../connectors/slack/connector.js';
import { telegramConnector } from '../connectors/telegram/connector.js';
import { readConfig } from '../src/config.js';
import { type Agent, Character } from '../src/core/character.js';
import { botsOf } from '../src/platforms.js';

const agents: Agent[] = [
  { id: 'assistant', character: Character.parse({ name: 'Ada', bio: 'Helps.' }) },
  {
    id: 'captain',
    character: Character.parse({
      name: 'Ahab',
      bio: 'Sails.',
      connectors: { telegram: { token: 'env:TELEGRAM_TOKEN_CAPTAIN', groups: 'always' } },
    }),
  },
];
const botsWith = (env: Record<string, string>) =>
  botsOf(readConfig({ TELEGRAM_TOKEN_CAPTAIN: '2:c', ...env }), agents, (purpose) => `key of ${purpose}`);

describe('which bots a hub is the home of', () => {
  it('is none without a token', () => {
    expect(botsOf(readConfig({}), agents.slice(0, 1), String)).toEqual({
      discord: [],
      telegram: [],
      slack: [],
    });
  });

  it('gives the usual settings to one agent, and each its own token', () => {
    const { discord, telegram } = botsWith({
      DISCORD_TOKEN: 'd',
      TELEGRAM_TOKEN: '1:t',
      CARRIER_AGENT: 'assistant',
    });
    expect(discord.map(({ agentId, token }) => [agentId, token])).toEqual([['assistant', 'd']]);
    expect(telegram.map(({ agentId, token, hearsAll }) => [agentId, token, hearsAll])).toEqual([
      ['assistant', '1:t', false],
      ['captain', '2:c', true],
    ]);
    for (const bot of telegram) telegramConnector(bot);
  });

  it.each([
    ['a socket', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }],
    ['posts', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }],
    ['OAuth', { SLACK_CLIENT_ID: '1', SLACK_CLIENT_SECRET: 's', SLACK_SIGNING_SECRET: 's' }],
  ])('gives Slack with %s what its connector takes', (_, env) => {
    const { slack } = botsWith(env);
    expect(slack).toHaveLength(1);
    expect(slackConnector(slack[0]!).name).toBe('slack');
  });

  it('names the setting that has no agent to answer', () => {
    expect(() => botsWith({ DISCORD_TOKEN: 'd', CARRIER_AGENT: 'nobody' })).toThrow(
      /DISCORD_TOKEN.*assistant/,
    );
  });
});
