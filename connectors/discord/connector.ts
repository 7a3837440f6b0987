import type { Client, GatewayDispatchPayload } from 'discord.js';
import {
  type Connection,
  type Connector,
  derivedId,
  type Host,
  type Memory,
  RetryableError,
  untilDone,
} from '../../src/extension-api.js';
import { Api, bareToken, defaultApiUrl } from './api.js';
import type { Arrival } from './arrivals.js';
import { registerCommands } from './commands.js';
import { Delivery } from './delivery.js';
import { discordHosts, type FileLimits } from './files.js';
import { Gateway } from './gateway.js';
import { Inbox } from './inbox.js';
import { Interactions } from './interactions.js';
import { Live } from './live.js';
import { rolesOf } from './members.js';
import { Messenger } from './messenger.js';
import type { ChatMessage } from './reader.js';

export interface DiscordOptions {
  /** The one agent this bot is the face of. */
  agentId: string;
  token: string;
  /** Base of the REST API, without its version; the gateway's address comes from there. */
  apiUrl?: string;
  /** Shards to connect with: a number, or as many as Discord recommends. */
  shards?: number | 'auto';
  /** Whether replies are shown while they are written; otherwise a typing sign is. */
  streaming?: boolean;
  /** Whether Discord shows what is behind the links of replies; by default it is not asked to fetch them. */
  previews?: boolean;
  /** Largest file taken from people, in bytes. */
  maxFileBytes: number;
  /** Hosts that files may come from besides Discord's own. */
  trustedFileHosts?: string[];
  /** A connection from which nothing came for so long, in ms, is made anew. Discord's own beat is 41 s. */
  silentMs?: number;
}

const notConnected = 'not connected';

/** What a connector is while it runs. */
interface Running {
  host: Host;
  api: Api;
  messenger: Messenger;
  live: Live;
  delivery: Delivery;
}

/** The Discord connector: one bot, one agent. */
export function discordConnector(options: DiscordOptions): Connector {
  return new DiscordConnector(options);
}

class DiscordConnector implements Connector {
  readonly name = 'discord';
  readonly agentId: string;
  readonly connection: Connection;
  readonly #options: DiscordOptions;
  #running: Running | null = null;
  #gateway: Gateway | null = null;
  #inbox: Inbox | null = null;
  #interactions: Interactions | null = null;
  #trouble = notConnected;

  constructor(options: DiscordOptions) {
    this.agentId = options.agentId;
    this.#options = { ...options, token: bareToken(options.token) };
    this.connection = {
      // Two connectors with one token would take each other's place.
      id: derivedId('discord', this.#options.token),
      open: () => this.#open(),
      close: () => this.#close(),
      health: () => this.#gateway?.health() ?? this.#trouble,
    };
  }

  async start(host: Host): Promise<void> {
    if (this.#running) return;
    const { token, streaming = true, previews = false } = this.#options;
    const api = await Api.open({ token, apiUrl: this.#apiUrl });
    const messenger = new Messenger(api, { previews });
    const live = new Live({ host, messenger, streaming });
    const delivery = new Delivery({ host, messenger, finishLive: (turnId, to) => live.finish(turnId, to) });
    this.#running = { host, api, messenger, live, delivery };
  }

  async stop(): Promise<void> {
    await this.#close();
    this.#running?.live.stop();
    this.#running?.api.close();
    this.#running = null;
  }

  async diagnose() {
    const { diagnoseDiscord } = await import('./doctor.js');
    return diagnoseDiscord(this.#options);
  }

  async again(event: unknown): Promise<void> {
    if (!this.#inbox) throw new RetryableError('shutting_down', 'The bot is not connected.');
    await this.#inbox.again(event as Arrival);
  }

  async deliver(...[message, signal]: Parameters<NonNullable<Connector['deliver']>>) {
    return this.#started.delivery.send(message, signal);
  }

  async withdraw(message: Parameters<NonNullable<Connector['withdraw']>>[0]) {
    await this.#started.delivery.withdraw(message);
  }

  async groupsOf(...[who, signal]: Parameters<NonNullable<Connector['groupsOf']>>) {
    return rolesOf(this.#started.api, who, signal);
  }

  get #apiUrl(): string {
    return (this.#options.apiUrl ?? defaultApiUrl).replace(/\/+$/, '');
  }

  get #started(): Running {
    if (!this.#running) throw new RetryableError('shutting_down', 'The Discord connector is not started.');
    return this.#running;
  }

  async #open(): Promise<void> {
    if (this.#gateway) return;
    const { host, api, messenger, live } = this.#started;
    const { agentId, token, shards = 'auto', silentMs = 120_000, previews = false } = this.#options;
    const interactions = new Interactions({ host, api, agentId, connector: this.name, previews });
    const inbox = new Inbox({
      host,
      api,
      agentId,
      connector: this.name,
      files: this.#fileLimits,
      silentMs,
      taken: (memory: Memory) => live.follow(memory),
      refused: (message, reason) => void this.#explain(messenger, host, message, reason),
    });
    const gateway = new Gateway({ token, apiUrl: this.#apiUrl, shards, silentMs }, host.log, {
      dispatch: (client: Client, payload: GatewayDispatchPayload, shardId: number) => {
        if (payload.t === 'INTERACTION_CREATE') interactions.take(payload.d);
        else inbox.dispatch(client, payload, shardId);
        if (payload.t === 'READY' && shardId === 0) void this.#register(api, host, payload.d.application.id);
      },
      lost: (shardId) => inbox.lost(shardId),
    });
    this.#gateway = gateway;
    this.#inbox = inbox;
    this.#interactions = interactions;
    try {
      await inbox.open();
      await gateway.open();
    } catch (error) {
      await this.#close();
      this.#trouble = (error as Error).message;
      throw error;
    }
  }

  async #close(): Promise<void> {
    const [gateway, inbox, interactions] = [this.#gateway, this.#inbox, this.#interactions];
    this.#gateway = null;
    this.#inbox = null;
    this.#interactions = null;
    this.#trouble = notConnected;
    await gateway?.close();
    await inbox?.close();
    await interactions?.close();
  }

  get #fileLimits(): FileLimits {
    const { maxFileBytes: maxBytes, trustedFileHosts = [] } = this.#options;
    return { maxBytes, trustedHosts: [...discordHosts, ...trustedFileHosts], apiUrl: this.#apiUrl };
  }

  async #register(api: Api, host: Host, applicationId: string): Promise<void> {
    await registerCommands(api, applicationId).catch((err) => {
      host.log.warn({ err }, 'The slash commands could not be registered; they stay as they were.');
    });
  }

  /** Tells the author of a message that it cannot be taken, and why. */
  async #explain(
    messenger: Messenger,
    host: Host,
    { id, channel_id }: ChatMessage,
    reason: string,
  ): Promise<void> {
    const content = `Sorry, I cannot take that: ${reason}`;
    const post = { content, files: [], components: [], key: `refused:${id}`, replyTo: id };
    await untilDone(() => messenger.post(channel_id, post), { most: 5 }).catch((err) => {
      host.log.warn({ err }, 'The author of a refused message could not be told.');
    });
  }
}
