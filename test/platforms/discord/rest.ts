/** The REST API, version 10: the routes a chat bot uses. What it does not know is a 404, as there. */
import { type Request, type Response, Router } from 'express';
import multer from 'multer';
import { refusals } from './errors.js';
import type { Gateway } from './gateway.js';
import type { Interactions } from './interactions.js';
import { readEdit, readMessage, type UploadedFile } from './message-form.js';
import { channelPayload, memberPayload, messagePayload, userPayload } from './payloads.js';
import { isNewer, snowflake } from './snowflake.js';
import type { Talk } from './talk.js';
import type { Channel, Message, StoredFile, World } from './world.js';

export interface RestParts {
  world: World;
  talk: Talk;
  gateway: Gateway;
  interactions: Interactions;
  cdn: () => string;
  /** Bits of the application's `flags`. */
  applicationFlags: () => number;
  /** Which channel the bot was seen typing in, and when. */
  typing: { channelId: string; at: number }[];
}

/** How long a nonce is remembered: "the past few minutes". */
const nonceMs = 5 * 60_000;

const multipart = multer({ limits: { fileSize: 30_000_000 } }).any();

/** Routes that take the bot's token; the caller has checked it. */
export function botRoutes(parts: RestParts): Router {
  const { world, talk, gateway, interactions } = parts;
  const router = Router();
  const show = (message: Message) => messagePayload(world, message, { intents: null, cdn: parts.cdn() });

  router.get('/gateway/bot', (_, res) => {
    res.json({
      url: gateway.url,
      shards: gateway.settings.minShards,
      session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 16 },
    });
  });
  router.get('/users/@me', (_, res) => void res.json(userPayload(world.bot)));
  router.get('/applications/@me', (_, res) => {
    res.json({
      id: world.applicationId,
      name: world.bot.username,
      flags: parts.applicationFlags(),
      approximate_guild_count: world.guilds.size,
    });
  });
  router
    .route('/applications/:application/commands')
    .get((_, res) => void res.json(interactions.commands))
    .put((req, res) => {
      if (req.params.application !== world.applicationId) throw refusals.missingAccess();
      res.json(interactions.register(req.body));
    });

  router.post('/users/@me/channels', (req, res) => {
    res.json(channelPayload(world, world.direct(String(req.body?.recipient_id))));
  });
  router.get('/guilds/:guild/members/:user', (req, res) => {
    const guild = world.guilds.get(req.params.guild);
    if (!guild) throw refusals.unknownGuild();
    if (!guild.members.has(req.params.user)) throw refusals.unknownMember();
    res.json(memberPayload(world, guild, req.params.user, true));
  });

  router.get('/channels/:channel', (req, res) => {
    res.json(channelPayload(world, visible(world, req.params.channel)));
  });
  router.post('/channels/:channel/typing', (req, res) => {
    const { id } = visible(world, req.params.channel);
    parts.typing.push({ channelId: id, at: Date.now() });
    res.status(204).end();
  });
  router
    .route('/channels/:channel/messages')
    .get((req, res) => {
      const { id } = visible(world, req.params.channel);
      if (world.channel(id).denied.has('history')) return void res.json([]);
      const { after, before } = req.query as { after?: string; before?: string };
      const limit = Number(req.query.limit ?? 50);
      const said = world.messages.get(id)!.filter((one) => before === undefined || isNewer(before, one.id));
      // The oldest after a message, or the newest; in both the newest of these first.
      const found =
        after === undefined
          ? said.slice(-limit)
          : said.filter((message) => isNewer(message.id, after)).slice(0, limit);
      res.json(found.reverse().map(show));
    })
    .post(multipart, (req, res) => {
      const channel = visible(world, req.params.channel as string);
      res.json(show(postAsBot(parts, channel, req)));
    });
  router
    .route('/channels/:channel/messages/:message')
    .get((req, res) => {
      const channel = visible(world, req.params.channel);
      if (channel.denied.has('history')) throw refusals.missingPermissions();
      res.json(show(world.message(channel.id, req.params.message)));
    })
    .patch(multipart, (req, res) => {
      const { channel, message: id } = req.params as { channel: string; message: string };
      const place = visible(world, channel);
      const message = world.message(place.id, id);
      if (message.author.id !== world.bot.id) throw refusals.notYours();
      if (place.archived) throw refusals.archived();
      const files = filesOf(req);
      const form = readEdit(bodyOf(req), files);
      checkAllowed(place, form.content, files);
      res.json(show(talk.edit(message, form, files.map(stored))));
    })
    .delete((req, res) => {
      const channel = visible(world, req.params.channel);
      const message = world.message(channel.id, req.params.message);
      if (message.author.id !== world.bot.id) throw refusals.missingPermissions();
      if (channel.archived) throw refusals.archived();
      talk.remove(message);
      res.status(204).end();
    });
  return router;
}

/** Routes whose address holds their own secret. */
export function interactionRoutes({ world, talk, interactions }: RestParts): Router {
  const router = Router();
  router.post('/interactions/:id/:token/callback', (req, res) => {
    interactions.acknowledge(req.params.id, req.params.token, req.body);
    res.status(204).end();
  });
  router.post('/webhooks/:application/:token', (req, res) => {
    const interaction = interactions.answered(req.params.token);
    const { content, flags } = readMessage(req.body, []);
    const answer = { content: content!, ephemeral: ((flags ?? 0) & 64) !== 0 };
    interaction.followUps.push(answer);
    res.json({ id: snowflake(), content });
  });
  router
    .route('/webhooks/:application/:token/messages/@original')
    .patch((req, res) => {
      const interaction = interactions.answered(req.params.token);
      const form = readEdit(req.body, []);
      if (interaction.message) talk.edit(world.find(interaction.message.id), form);
      else if (interaction.answer?.original) {
        if (form.components) interaction.answer.original.components = form.components;
      } else {
        if (!form.content) throw refusals.empty();
        const components = form.components?.length ? { components: form.components } : {};
        const { ephemeral } = interaction.acknowledged!;
        interaction.original = { content: form.content, ephemeral, ...components };
      }
      res.json({ id: interaction.id });
    })
    .delete((req, res) => {
      const interaction = interactions.answered(req.params.token);
      interaction.original = null;
      interaction.withdrawn = true;
      res.status(204).end();
    });
  return router;
}

function postAsBot({ world, talk }: RestParts, channel: Channel, req: Request): Message {
  const files = filesOf(req);
  const form = readMessage(bodyOf(req), files);
  if (channel.locked) throw refusals.archived();
  const replies = form.message_reference != null;
  if (replies && channel.denied.has('history')) throw refusals.noHistory();
  checkAllowed(channel, form.content, files);
  channel.archived = false;
  const said = world.messages.get(channel.id)!;
  const twin = said.find(
    ({ nonce, author, timestamp }) =>
      form.enforce_nonce &&
      nonce !== null &&
      nonce === form.nonce &&
      author.id === world.bot.id &&
      Date.now() - Date.parse(timestamp) < nonceMs,
  );
  if (twin) return twin;
  const replyTo = form.message_reference?.message_id ?? null;
  const known = said.some(({ id }) => id === replyTo);
  if (replyTo && !known && form.message_reference?.fail_if_not_exists !== false)
    throw refusals.unknownMessage();
  return talk.post(channel.id, world.bot, {
    content: form.content ?? '',
    files: files.map(stored),
    replyTo: known ? replyTo : null,
    nonce: form.nonce ?? null,
    components: form.components ?? [],
    mentions: form.allowed_mentions,
    flags: form.flags ?? 0,
  });
}

function checkAllowed(
  { denied, forbidden }: Channel,
  content: string | null | undefined,
  files: UploadedFile[],
): void {
  if (denied.has('send') || (files.length > 0 && denied.has('attach'))) throw refusals.missingPermissions();
  if (content && forbidden?.test(content)) throw refusals.blocked();
}

function visible(world: World, id: string): Channel {
  const channel = world.channel(id);
  if (channel.closed) throw channel.guildId ? refusals.missingAccess() : refusals.closedDm();
  return channel;
}

function filesOf(req: Request): UploadedFile[] {
  const files = (req.files ?? []) as Express.Multer.File[];
  return files.map(({ fieldname, originalname, mimetype, buffer }) => ({
    field: fieldname,
    name: Buffer.from(originalname, 'latin1').toString('utf8'),
    mediaType: mimetype,
    bytes: buffer,
  }));
}

function bodyOf(req: Request): unknown {
  if (!req.is('multipart/form-data')) return req.body;
  try {
    return JSON.parse(String(req.body?.payload_json));
  } catch {
    throw refusals.malformed();
  }
}

function stored({ name, mediaType, bytes }: UploadedFile): StoredFile {
  return { id: snowflake(), filename: name, content_type: mediaType, bytes };
}

/** Files as the content network serves them; `fetched` gets the id of each that is asked for. */
export function fileRoutes(world: World, fetched: string[]): Router {
  return Router().get('/attachments/:channel/:id/:name', (req: Request, res: Response) => {
    fetched.push(req.params.id as string);
    const files = world.messages.get(req.params.channel as string)?.flatMap((message) => message.files);
    const file = files?.find(({ id }) => id === req.params.id);
    if (!file) return void res.status(404).end();
    res.type(file.content_type).send(file.bytes);
  });
}
