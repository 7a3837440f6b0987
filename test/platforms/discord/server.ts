/**
 * A small Discord: REST, gateway and files on one port of 127.0.0.1, for an unmodified discord.js. It keeps what
 * was said, refuses what Discord refuses, and fails on demand.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { ApiError, refusals } from './errors.js';
import { Faults } from './faults.js';
import { Gateway } from './gateway.js';
import { Interactions } from './interactions.js';
import { Person } from './person.js';
import { RateLimits } from './rate-limits.js';
import { botRoutes, fileRoutes, interactionRoutes, type RestParts } from './rest.js';
import { Talk, type Words } from './talk.js';
import { type Channel, channelTypes, type Guild, intents, type Message, World } from './world.js';

export interface DiscordServerOptions {
  botName?: string;
  heartbeatMs?: number;
  /** Whether "Message Content Intent" is switched on. */
  messageContent?: boolean;
  minShards?: number;
  /** Messages per channel and 5 seconds; Discord's own is 5. */
  messagesPer5s?: number;
  port?: number;
}

/** https://discord.com/developers/docs/resources/application#application-object-application-flags */
const limitedMessageContent = 1 << 19;

// VIEW_CHANNEL, SEND_MESSAGES, ATTACH_FILES, READ_MESSAGE_HISTORY, SEND_MESSAGES_IN_THREADS
const usualPermissions = (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 38n);

export type DiscordServer = Awaited<ReturnType<typeof startDiscordServer>>;

export async function startDiscordServer(options: DiscordServerOptions = {}) {
  const token = 'MTA1.Zm9v.c2VjcmV0LXNlY3JldC1zZWNyZXQ';
  const world = new World(options.botName ?? 'Eliza');
  const app = express();
  const server = createServer(app);
  const faults = new Faults();
  const fileFaults = new Faults();
  const fetched: string[] = [];
  const limits = new RateLimits(options.messagesPer5s ?? 500);
  const gateway = new Gateway(server, world, {
    token,
    privileged: options.messageContent === false ? 0 : intents.messageContent,
    heartbeatMs: options.heartbeatMs ?? 41_250,
    minShards: options.minShards ?? 1,
  });
  const interactions = new Interactions(world);
  let origin = '';
  const talk = new Talk(world, () => origin);
  const parts: RestParts = {
    world,
    talk,
    gateway,
    interactions,
    cdn: () => origin,
    applicationFlags: () =>
      gateway.settings.privileged & intents.messageContent ? limitedMessageContent : 0,
    typing: [],
  };

  const api = express.Router();
  api.use(faults.handle, express.json({ limit: '30mb' }), interactionRoutes(parts));
  api.use((req, _, next) => {
    if (req.headers.authorization !== `Bot ${token}`) throw refusals.unauthorized();
    next();
  });
  api.use(limits.handle, botRoutes(parts));
  app.use('/api/v10', api);
  app.use(fileFaults.handle, fileRoutes(world, fetched));
  app.use(() => {
    throw refusals.notFound();
  });
  app.use((error: unknown, _: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const known =
      error instanceof ApiError ? error : (error as { type?: string }).type && refusals.malformed();
    if (known) return void res.status(known.status).json(known.body);
    next(error);
  });

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  gateway.url = `ws://127.0.0.1:${port}/gateway`;

  return {
    /** For `DISCORD_API_URL`. */
    url: `${origin}/api`,
    token,
    bot: world.bot,
    world,
    gateway,
    interactions,
    faults,
    /** Of the content network. */
    fileFaults,
    /** Ids of files that were asked for. */
    fetched,
    typing: parts.typing,
    addGuild: (name = 'Test') => world.addGuild(name, usualPermissions),
    addChannel(guild: Guild, name: string, type: keyof typeof channelTypes = 'text'): Channel {
      const channel = world.addChannel({ type: channelTypes[type], guildId: guild.id, name });
      talk.tellChannel('CHANNEL_CREATE', channel);
      return channel;
    },
    /** A person, and their name and roles in these guilds. */
    addPerson(name: string, guilds: Guild[] = [], member: { nick?: string; roles?: string[] } = {}): Person {
      const user = world.addUser(name);
      for (const guild of guilds)
        guild.members.set(user.id, { nick: member.nick ?? null, roles: member.roles ?? [] });
      return new Person(user, world, talk, interactions);
    },
    /** Another bot or a webhook says something. */
    automatic(
      channel: Channel,
      content: string,
      webhookId?: string,
      words: Partial<Words> & { name?: string } = {},
    ): Message {
      const { name = 'robot', ...more } = words;
      return talk.post(channel.id, world.addUser(name, true), {
        ...more,
        content,
        ...(webhookId && { webhookId }),
      });
    },
    /** The gateway sends the event of a message once more. */
    redeliver: (message: Message) => talk.announce('MESSAGE_CREATE', message),
    /** Everything that stands in a channel, oldest first. */
    messages: (channel: Channel): Message[] => world.messages.get(channel.id) ?? [],
    /** What the bot has said there. */
    said: (channel: Channel): Message[] =>
      (world.messages.get(channel.id) ?? []).filter(({ author }) => author.id === world.bot.id),
    async stop(): Promise<void> {
      await gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
