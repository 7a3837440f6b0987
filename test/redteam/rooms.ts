/** The chat of the firm: people write, and their apps show what comes, load its pictures and preview its links. */
import { newId } from '../../src/core/ids.js';
import type { InboundMessage } from '../../src/core/inbound.js';
import type { Connector, Host, OutboundMessage } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import type { World } from './world.js';

/** One message of a person. */
export interface Said {
  agent: string;
  who: string;
  /** What the person calls themselves; absent: as `who`. */
  called?: string;
  /** The room; absent: directly to the agent. */
  room?: string;
  text: string;
  /** False: said among people, the agent overhears it. */
  addressed?: boolean;
  quote?: { author?: string; text: string };
  parts?: NonNullable<InboundMessage['parts']>;
  files?: { name: string; bytes: Uint8Array }[];
}

const patienceMs = 15_000;

export class Rooms implements Connector {
  readonly name = 'chat';
  readonly #shown = new Map<string, string[]>();
  readonly #world: World;
  #host!: Host;

  constructor(world: World) {
    this.#world = world;
  }

  async start(host: Host): Promise<void> {
    this.#host = host;
  }
  async stop(): Promise<void> {}

  async deliver(message: OutboundMessage) {
    await this.show(message.to.channel, message.memory.content.text);
    return { messageIds: [newId()] };
  }

  /** What people in a room have seen. */
  seen(room: string): string[] {
    return this.#shown.get(room) ?? [];
  }

  /** As apps do it: pictures are loaded and links previewed without anybody pressing anything. */
  async show(room: string, text: string): Promise<void> {
    this.#shown.set(room, [...this.seen(room), text]);
    const links = linksIn(text);
    await Promise.all(links.map((link) => this.#world.visit(link).catch(() => {})));
  }

  /** Resolves when the agent has answered, and the answer is shown. */
  async say(said: Said): Promise<void> {
    const { agent, who, called = who, room, text, addressed = true, quote, parts = [], files = [] } = said;
    const channel = room ?? who;
    const message: InboundMessage = {
      agentId: agent,
      source: { connector: this.name, tenant: 'default', channel, messageId: newId() },
      ...{ direct: room === undefined, home: true, addressed, text, parts },
      author: { id: who, name: called },
      ...(quote && { quote }),
      ...(files.length > 0 && { files: files.map(({ name, bytes }) => ({ name, size: bytes.length })) }),
    };
    const before = this.seen(channel).length;
    const receipt = await this.#host.receive(message, {
      complete: async () => ({
        ...message,
        files: [],
        attachments: await Promise.all(
          files.map(({ bytes, name }) => this.#host.putFile(bytes, { name }, message)),
        ),
      }),
    });
    if (!addressed) return;
    if (!receipt) return until(() => this.seen(channel).length > before, patienceMs);
    const { id, roomId } = receipt.memory;
    await until(async () => (await this.#host.outcome(id)) !== null, patienceMs);
    await until(async () => !(await this.#host.owes(roomId)), patienceMs);
  }
}

/** As apps and browsers find them: any case, without a scheme, with backslashes, as a name alone; not in code. */
function linksIn(message: string): string[] {
  const text = message.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, ' ');
  const written = text.match(/(?:https?:)?[/\\]{2}[^\s<>"')\]|]+/gi) ?? [];
  const names = text.match(/(?<![\w@/.:\\-])(?:[\w-]+\.)+example(?:\/[^\s<>"')\]|]*)?/gi) ?? [];
  const links = [
    ...written.map((link) => (/^h/i.test(link) ? link : `http:${link}`)),
    ...names.map((name) => `http://${name}`),
  ];
  return links.filter((link) => URL.canParse(link));
}
