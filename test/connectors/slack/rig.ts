/** A Slack connector on a Slack server, with a hub in memory. */
import { type SlackConnectorOptions, slackConnector } from '../../../connectors/slack/connector.js';
import type { Connector, Memory, OutboundMessage } from '../../../src/extension-api.js';
import { startHttpServer } from '../../../src/http/server.js';
import { tokenVerifier } from '../../../src/http/tokens.js';
import { outboundOf } from '../../../src/testing/connector.js';
import { FakeHost } from '../../../src/testing/host.js';
import type { SlackMessage } from '../../platforms/slack/message.js';
import { type SlackServer, type SlackServerOptions, startSlackServer } from '../../platforms/slack/server.js';
import { until } from '../../support/until.js';

export interface RigOptions {
  server?: SlackServerOptions;
  /** Events by post instead of a socket. */
  http?: boolean;
  connector?: Partial<SlackConnectorOptions>;
}

export class Rig {
  readonly slack: SlackServer;
  readonly connector: Connector;
  readonly host = new FakeHost({ echo: false });
  /** The hub's own HTTP server, where the connector has routes. */
  url = '';
  #close: () => Promise<void> = async () => {};

  private constructor(slack: SlackServer, connector: Connector) {
    this.slack = slack;
    this.connector = connector;
  }

  static async open({ server, http, connector }: RigOptions = {}): Promise<Rig> {
    const slack = await startSlackServer({ retriesMs: [50, 200], ...server });
    const settings: SlackConnectorOptions = {
      agentId: 'eliza',
      apiUrl: slack.apiUrl,
      botToken: slack.bot.token,
      ...(http ? { signingSecret: slack.app.signingSecret } : { appToken: slack.app.appToken }),
      ...connector,
    };
    const rig = new Rig(slack, slackConnector(settings));
    if (rig.connector.routes) await rig.#listen();
    if (http) slack.events.requestUrl = `${rig.url}/slack/eliza/events`;
    await rig.start();
    return rig;
  }

  async start(): Promise<void> {
    await this.connector.start(this.host);
    await this.connector.connection?.open();
  }

  /** As Slack's people do it. */
  say(text: string, more: Partial<Parameters<SlackServer['people']['say']>[0]> = {}) {
    return this.slack.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text, ...more });
  }

  /** Says something and waits until the hub has it. */
  async tell(
    text: string,
    more: Parameters<Rig['say']>[1] = {},
  ): Promise<{ said: SlackMessage; memory: Memory }> {
    const before = this.host.memories.length;
    const { message, acked } = this.say(text, more);
    await until(() => this.host.memories.length > before);
    await acked;
    return { said: message, memory: this.host.memories[before]! };
  }

  /** The bot's name as it stands in a message. */
  get bot(): string {
    return `<@${this.slack.bot.botUserId}>`;
  }

  /** The turn that answers a message with this text; not delivered yet. */
  answer(question: Memory, text: string, change: Partial<Memory['content']> = {}): OutboundMessage {
    const turn = this.host.begin(question);
    const reply = turn.commit(text)!;
    reply.content = { ...reply.content, ...change };
    return { ...outboundOf(turn.id, question, reply), createdAt: Date.now() };
  }

  deliver(outbound: OutboundMessage) {
    return this.connector.deliver!(outbound, AbortSignal.timeout(10_000));
  }

  shown(channel?: string): string[] {
    return this.slack.team.shown(channel);
  }

  async close(): Promise<void> {
    await this.connector.stop();
    await this.#close();
    await this.slack.stop();
  }

  async #listen(): Promise<void> {
    const server = await startHttpServer({
      config: { host: '127.0.0.1', port: 0 },
      connectors: () => [this.connector],
      tokens: tokenVerifier({ list: async () => [] }),
      ready: async () => ({ ready: true, checks: {}, connections: {}, notes: [] }),
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      log: { error() {}, warn() {} },
    });
    this.url = server.url;
    this.#close = () => server.close(100);
  }
}
