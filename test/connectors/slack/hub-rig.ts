/** A Slack connector on a Slack server, and the real hub behind it. */
import { type SlackConnectorOptions, slackConnector } from '../../../connectors/slack/connector.js';
import { TestHub, type TestHubOptions } from '../../../src/testing/hub.js';
import { type SlackServer, type SlackServerOptions, startSlackServer } from '../../platforms/slack/server.js';

export interface HubRigOptions {
  server?: SlackServerOptions;
  /** Events by post instead of a socket. */
  http?: boolean;
  connector?: Partial<SlackConnectorOptions>;
  gate?: Record<string, unknown>;
  settings?: TestHubOptions['settings'];
  config?: TestHubOptions['config'];
  character?: TestHubOptions['character'];
}

/** Most try how links are shown, not which. */
const anyLink = { checks: { allowedHosts: ['*'] } };

export class HubRig {
  readonly slack: SlackServer;
  readonly hub: TestHub;

  private constructor(slack: SlackServer, hub: TestHub) {
    this.slack = slack;
    this.hub = hub;
  }

  /** Everybody may write, and whoever names the agent in a channel is answered. */
  static async open({
    server,
    http,
    connector,
    gate,
    settings,
    config = anyLink,
    character,
  }: HubRigOptions = {}): Promise<HubRig> {
    const slack = await startSlackServer({ retriesMs: [50, 500, 1000], ...server });
    const { apiUrl, bot, app } = slack;
    const secrets = http ? { signingSecret: app.signingSecret } : { appToken: app.appToken };
    const hub = await TestHub.open(
      ({ url }) => {
        if (http) slack.events.requestUrl = `${url}/slack/eliza/events`;
        return slackConnector({ agentId: 'eliza', apiUrl, botToken: bot.token, ...secrets, ...connector });
      },
      {
        gate: { dm: 'open', groups: 'mention', ...gate },
        config,
        ...(settings && { settings }),
        ...(character && { character }),
      },
    );
    return new HubRig(slack, hub);
  }

  /** As Slack's people do it, Alice in the lobby for one. */
  say(text: string, more: Partial<Parameters<SlackServer['people']['say']>[0]> = {}) {
    return this.slack.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text, ...more });
  }

  /** The bot's name as it stands in a message. */
  get bot(): string {
    return `<@${this.slack.bot.botUserId}>`;
  }

  shown(channel?: string): string[] {
    return this.slack.team.shown(channel);
  }

  /** All that the model has read by now. */
  get read(): string {
    return JSON.stringify(this.hub.model.requests.map(({ messages }) => messages));
  }

  async close(): Promise<void> {
    this.slack.faults.clear();
    await this.hub.close();
    await this.slack.stop();
  }
}
