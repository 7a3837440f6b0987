/** Web chat: a page for each agent whose character has the section, which sites may embed. Its visitors have direct rooms. */
import type { Agent, Connector, Host, OutboundMessage, WebChatSettings } from '../../src/extension-api.js';
import { RetryableError } from '../../src/extension-api.js';
import { Doorbell } from './doorbell.js';
import { Notices } from './notices.js';
import { type ChatLimits, chatRoutes, type Running } from './routes.js';
import { connectorName } from './talk.js';
import { Visitors } from './visitors.js';

export interface WebChatOptions {
  agent: Agent;
  /** Signs the tokens of a site's users; absent: there are none. */
  secret?: string | undefined;
  /** A key of the hub's own for one purpose, in hex. */
  derive(purpose: string): string;
  limits: ChatLimits;
}

export class WebChat implements Connector {
  readonly name = connectorName;
  readonly agentId: string;
  readonly routes: NonNullable<Connector['routes']>;
  readonly #bell = new Doorbell();
  readonly #visitors: Visitors;
  #running: Running | null = null;

  constructor({ agent, secret, derive, limits }: WebChatOptions) {
    this.agentId = agent.id;
    const settings = agent.character.connectors.webchat as WebChatSettings;
    this.#visitors = new Visitors({
      ...{ agentId: agent.id, secret, anonymous: settings.anonymous },
      key: derive(`webchat ${agent.id}`),
    });
    const parts = { agent, settings, visitors: this.#visitors, limits, bell: this.#bell };
    this.routes = { access: 'own', handler: chatRoutes(parts, () => this.#required()) };
  }

  proofOf({ userId }: { userId: string }): string {
    return this.#visitors.proofOf(userId);
  }

  async start(host: Host): Promise<void> {
    this.#running ??= { host, notices: new Notices(host.notes) };
  }

  async stop(): Promise<void> {
    this.#running = null;
    this.#bell.stop();
  }

  /** Visitors read what there is; those who are here now are told that there is something. */
  async deliver({ memory, to }: OutboundMessage): Promise<{ messageIds: string[] }> {
    const { host, notices } = this.#required();
    // Replies are in the history; what the hub itself says stands nowhere else.
    if (!(await host.message(memory.id))) await notices.keep(to.channel, memory);
    this.#bell.ring(to.channel);
    return { messageIds: [memory.id] };
  }

  #required(): Running {
    if (this.#running) return this.#running;
    throw new RetryableError('shutting_down', 'The chat takes no messages just now; try again shortly.', {
      retryAfterMs: 5000,
    });
  }
}
