import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DiscordServer, startDiscordServer } from '../platforms/discord/server.js';
import { type SlackServer, startSlackServer } from '../platforms/slack/server.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';

describe('carrier doctor', () => {
  let discord: DiscordServer;
  let telegram: TelegramServer;
  let slack: SlackServer;
  let home: Home;
  let good: Record<string, string>;
  beforeAll(async () => {
    [discord, telegram, slack] = await Promise.all([
      startDiscordServer(),
      startTelegramServer(),
      startSlackServer(),
    ]);
    discord.addGuild();
  });
  afterAll(() => Promise.all([discord.stop(), telegram.stop(), slack.stop()]));
  beforeEach(() => {
    home = new Home();
    good = {
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.url,
      TELEGRAM_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.url,
      SLACK_BOT_TOKEN: slack.bot.token,
      SLACK_APP_TOKEN: slack.app.appToken,
      SLACK_API_URL: slack.apiUrl,
    };
  });
  afterEach(() => home.dispose());

  const doctor = (env: Record<string, string>) => runDoctor(home, env);

  it('finds a hub without bots well, and leaves nothing behind', async () => {
    const { code, said } = await doctor({});
    expect(said).toContain('assistant is usable');
    expect(said).toMatch(/All is well\.\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(home.folder, 'data'))).toBe(false);
  });

  it('looks at every bot, and names none of their tokens', async () => {
    const { code, said } = await doctor(good);
    expect(said).toMatch(/All is well\.\n$/);
    expect(code).toBe(0);
    expect(said).toMatch(/assistant on Discord\n( {2}ok {2}.*\n)*.*the bot is Eliza/);
    expect(said).toMatch(/assistant on Telegram\n( {2}ok {2}.*\n)*.*@eliza_bot/);
    expect(said).toContain('assistant on Slack');
    for (const secret of [discord.token, telegram.token, slack.bot.token, slack.app.appToken])
      expect(said).not.toContain(secret);
  });

  it('names the fix for every token that is not good, and none of the tokens', async () => {
    const bad = {
      DISCORD_TOKEN: 'MTA1.wrong.secret-of-discord',
      TELEGRAM_TOKEN: '4242:AAwrong-secret_of_telegram-some-more',
      SLACK_BOT_TOKEN: 'xoxb-wrong-secret-of-slack',
      SLACK_APP_TOKEN: 'xapp-wrong-secret-of-slack',
    };
    const { code, said } = await doctor({ ...good, ...bad });
    expect(code).toBe(1);
    expect(said).toMatch(/\n4 to mend\.\n$/);
    for (const fix of ['Reset Token', '@BotFather', 'OAuth & Permissions', 'connections:write'])
      expect(said).toContain(fix);
    expect(said).not.toMatch(/secret.of/);
  });

  it('goes on where a platform cannot be reached', async () => {
    const { code, said } = await doctor({ ...good, TELEGRAM_API_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(1);
    expect(said).toContain('TELEGRAM_API_URL');
    expect(said).toMatch(/\n1 to mend\.\n$/);
  });

  it('takes Slack apps that workspaces install themselves', async () => {
    const { SLACK_BOT_TOKEN: _, ...others } = good;
    const { code, said } = await doctor({ ...others, SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 's' });
    expect(said).toMatch(/All is well\.\n$/);
    expect(code).toBe(0);
  });

  it('says which setting lacks its other half', async () => {
    const { code, said } = await doctor({ SLACK_BOT_TOKEN: slack.bot.token });
    expect(code).toBe(1);
    expect(said).toContain('SLACK_APP_TOKEN');
    expect(said).toMatch(/\n1 to mend\.\n$/);
  });
});
