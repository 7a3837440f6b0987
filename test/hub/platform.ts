/** A small platform for tests of the hub: people say things, and what the agent sends stands in `shown`. */
import { newId } from '../../src/core/ids.js';
import type { InboundMessage } from '../../src/core/inbound.js';
import type { SourceKey } from '../../src/core/memory.js';
import { type Connector, type Host, type OutboundMessage, RetryableError } from '../../src/extension-api.js';
import { until } from '../support/until.js';

type Said = Partial<Omit<InboundMessage, 'source'>> & {
  id?: string;
  channel?: string;
  tenant?: string;
  thread?: string;
};

export class Platform implements Connector {
  readonly shown: { id: string; channel: string; text: string; outbound: OutboundMessage }[] = [];
  /** Cards of approvals as they stand now, by the turn that sent each first; they are not among what is shown. */
  readonly cards = new Map<string, OutboundMessage>();
  readonly name: string;
  readonly agentId: string;
  host!: Host;
  groupsOf?: Connector['groupsOf'];

  constructor(name = 'telegram', agentId = 'assistant') {
    this.name = name;
    this.agentId = agentId;
  }

  async start(host: Host): Promise<void> {
    this.host = host;
  }
  async stop(): Promise<void> {}

  /** So many deliveries are refused for now. */
  failing = 0;

  async deliver(outbound: OutboundMessage) {
    if (this.failing > 0) {
      this.failing--;
      throw new RetryableError('delivery_failed', 'Too many requests.');
    }
    const { channel } = outbound.to;
    const { buttons = [] } = outbound.memory.content;
    if (outbound.replaces !== undefined || buttons.some(({ label }) => label === 'Approve')) {
      const first = outbound.replaces ?? outbound.turnId;
      this.cards.set(first, outbound);
      return { messageIds: [`${channel}/card-${first}`] };
    }
    const id = `${channel}/bot-${this.shown.length + 1}`;
    this.shown.push({ id, channel, text: outbound.memory.content.text, outbound });
    return { messageIds: [id] };
  }

  source(channel: string, id: string = newId(), tenant = 'default') {
    return { connector: this.name, tenant, channel, messageId: `${channel}/${id}` };
  }

  key(channel: string, id: string): SourceKey {
    const { connector, tenant, messageId } = this.source(channel, id);
    return { agentId: this.agentId, connector, tenant, messageId };
  }

  /** The author changes a direct message. */
  edit(author: string, id: string, text: string, roles: string[] = []): Promise<boolean> {
    return this.host.edit({ key: this.key(author, id), text, author: { id: author }, roles });
  }

  /** The author changes a message in the group. */
  editSaid(author: string, id: string, text: string, addressed = false): Promise<boolean> {
    const doer = { author: { id: author }, roles: [], home: true, addressed };
    return this.host.edit({ key: this.key('group', id), text, ...doer });
  }

  /** In a direct conversation, whose channel is the author's name. */
  dm(author: string, text: string, { id, ...more }: Said = {}) {
    return this.host.receive({
      ...{ agentId: this.agentId, source: this.source(author, id), direct: true },
      ...{ author: { id: author, name: author }, text, ...more },
    });
  }

  /** In a group, which is the operator's own unless `more` says otherwise. */
  say(author: string, text: string, { id, channel = 'group', tenant, thread, ...more }: Said = {}) {
    const source = { ...this.source(channel, id, tenant), ...(thread && { thread }) };
    return this.host.receive({
      ...{ agentId: this.agentId, source, direct: false, home: true },
      ...{ author: { id: author, name: author }, text, ...more },
    });
  }

  /** By the platform's own means, not by a message. */
  async command(author: string, name: string, args = '', direct = true, home = !direct) {
    const source = this.source(direct ? author : 'group');
    const given = {
      agentId: this.agentId,
      source,
      direct,
      author: { id: author },
      roles: [],
      name,
      args,
      home,
    };
    return (await this.host.command(given))?.text ?? null;
  }

  press(author: string, payload: string, channel = author, roles?: string[]) {
    const home = channel !== author;
    return this.host.press({
      ...{
        agentId: this.agentId,
        source: this.source(channel),
        author: { id: author },
        payload,
        roles,
        home,
      },
    });
  }

  get texts(): string[] {
    return this.shown.map(({ text }) => text);
  }

  /** Waits until so many messages are shown, and gives the newest. */
  async last(count: number): Promise<string> {
    await until(() => this.shown.length >= count);
    return this.texts.at(-1)!;
  }
}
