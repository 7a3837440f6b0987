/** A connector without a platform: people speak to the hub at once. */
import type { Connector, Host, InboundMessage, OutboundMessage } from '../../src/extension-api.js';

export class Desk implements Connector {
  readonly name = 'desk';
  readonly agentId = 'eliza';
  readonly shown: OutboundMessage[] = [];
  #host: Host | null = null;

  async start(host: Host): Promise<void> {
    this.#host = host;
  }

  async stop(): Promise<void> {
    this.#host = null;
  }

  async deliver(message: OutboundMessage) {
    this.shown.push(message);
    return {};
  }

  say(text: string, more: Partial<InboundMessage> = {}) {
    const source = { connector: 'desk', tenant: 'default', channel: 'lobby', messageId: text };
    const author = { id: 'alice' };
    return this.#host!.receive({ agentId: 'eliza', source, direct: true, author, text, ...more });
  }

  get texts(): string[] {
    return this.shown.map(({ memory }) => memory.content.text);
  }
}
