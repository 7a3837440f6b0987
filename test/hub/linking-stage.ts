/** One hub with a bot on Telegram and one on Slack, whose servers are the platforms' own as far as the bots can tell. */
import { slackConnector } from '../../connectors/slack/connector.js';
import { telegramConnector } from '../../connectors/telegram/connector.js';
import type { Carrier } from '../../src/carrier.js';
import { type SlackServer, startSlackServer } from '../platforms/slack/server.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import type { Chat } from '../platforms/telegram/world.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

type TelegramUser = ReturnType<TelegramServer['world']['user']>;

export class LinkingStage {
  readonly home = new Home();
  telegram!: TelegramServer;
  slack!: SlackServer;
  carrier!: Carrier;
  /** How far the hub's clock is ahead, in ms. */
  ahead = 0;

  async open(gates: { telegram?: object; slack?: object } = {}): Promise<void> {
    [this.telegram, this.slack] = await Promise.all([
      startTelegramServer(),
      startSlackServer({ retriesMs: [50, 500] }),
    ]);
    this.slack.team.addChannel('D0BOB', 'im', ['U0BOB', this.slack.bot.botUserId]);
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', ...gates.telegram }, slack: { dm: 'open', ...gates.slack } },
    });
    await this.start();
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    const { telegram, slack } = this;
    const { apiUrl, bot, app } = slack;
    this.carrier = await this.home.carrier(
      {
        connectors: [
          telegramConnector({
            ...{ agentId: 'assistant', token: telegram.token, apiUrl: telegram.url, maxFileBytes: 1000 },
            ...{ pollSeconds: 1, streaming: false },
          }),
          slackConnector({ agentId: 'assistant', apiUrl, botToken: bot.token, appToken: app.appToken }),
        ],
        model: () => scriptedModel((request) => `echo ${lastSaid(request)}`),
        now: () => Date.now() + this.ahead,
      },
      env,
    );
    // What is typed before that is lost on Slack.
    await until(() => slack.sockets.connected > 0);
  }

  async close(): Promise<void> {
    await this.home.dispose();
    await Promise.all([this.telegram.stop(), this.slack.stop()]);
  }

  /** Somebody writes to the bot on Telegram, and reads what it says next. */
  async onTelegram(
    user: TelegramUser,
    text: string,
    chat: Chat = this.telegram.world.dm(user),
  ): Promise<string> {
    const before = this.telegram.said(chat).length;
    this.telegram.people.say(chat, user, text);
    await until(() => this.telegram.said(chat).length > before);
    return this.telegram.said(chat)[before]!.text ?? '';
  }

  /** Somebody gives the bot's command on Slack, and reads its answer, which nobody else sees. */
  async onSlack(user: string, command: string, channel = `D0${user.slice(2)}`): Promise<string> {
    const { ephemerals } = this.slack.team;
    const before = ephemerals.length;
    await this.slack.people.command(user, channel, '/carrier', command);
    await until(() => ephemerals.length > before);
    return ephemerals[before]!.text;
  }

  /** A message of the bot's on Telegram that says so. */
  async said(user: TelegramUser, wanted: RegExp) {
    const chat = this.telegram.world.dm(user);
    const found = () => this.telegram.said(chat).findLast(({ text }) => wanted.test(text ?? ''));
    await until(() => found() !== undefined);
    return found()!;
  }

  /** All that one links with the other takes. */
  async link(user: TelegramUser, slackUser: string): Promise<void> {
    const code = codeIn(await this.onTelegram(user, '/link'));
    await this.onSlack(slackUser, `link ${code}`);
    await this.said(user, /has typed your code/);
    await this.onTelegram(user, '/link yes');
  }

  /** Ids of the accounts that are linked with one. */
  async accounts(account: string): Promise<string[]> {
    const shown = await this.carrier.operations!.call('people.show', { account }, { kind: 'system' });
    return shown.accounts.map(({ connector, userId }) => `${connector}:${userId}`);
  }
}

export function codeIn(text: string): string {
  const [, code] = /\/link ([A-Z0-9]{8})/.exec(text) ?? [];
  if (!code) throw new Error(`No code in: ${text}`);
  return code;
}
