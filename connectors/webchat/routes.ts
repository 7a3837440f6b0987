/** The routes of one agent's chat. What is said and read needs a visitor's token, wherever the request comes from. */
import type { IncomingMessage } from 'node:http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  type Agent,
  FatalError,
  type Host,
  type HubRequest,
  InFlight,
  networkOf,
  RetryableError,
  type RouteHandler,
  roomIdOf,
  type WebChatSettings,
} from '../../src/extension-api.js';
import { bodyKind, readCountedJson } from '../http/body.js';
import { sendFile } from '../http/file.js';
import { refuseMethod } from '../http/method.js';
import { sendJson } from '../http/render.js';
import { uploadReader } from '../http/upload.js';
import { withFiles } from '../http/with-files.js';
import type { Doorbell } from './doorbell.js';
import { assets, sendPage, sendScript } from './files.js';
import { readGreeting } from './greeting.js';
import { streamRoom } from './live.js';
import type { Notices } from './notices.js';
import { OpenStreams } from './open-streams.js';
import { ancestorsOf, isAllowed } from './origins.js';
import { authorOf, placeOf, readPost, shown, toInbound } from './talk.js';
import type { Visitor, Visitors } from './visitors.js';

export interface ChatLimits {
  maxBodyBytes: number;
  maxFileBytes: number;
  maxFiles: number;
  maxUploadingBytes: number;
}

export interface Running {
  host: Host;
  notices: Notices;
}

export interface ChatParts {
  agent: Agent;
  settings: WebChatSettings;
  visitors: Visitors;
  limits: ChatLimits;
  bell: Doorbell;
}

const pageSize = 50;
const windowSeconds = 60;
const example = '{"text": "Hello", "messageId": "m-1"}';

/** @param running throws `shutting_down` while the connector is stopped. */
export function chatRoutes(parts: ChatParts, running: () => Running): RouteHandler {
  const { agent, settings, visitors, limits, bell } = parts;
  const owners = new WeakMap<IncomingMessage, string>();
  const ownerOf = (req: IncomingMessage) => owners.get(req) ?? '';
  const readUpload = uploadReader(limits, ownerOf);
  const bodies = new InFlight(limits.maxUploadingBytes);
  const streams = new OpenStreams();
  const router = Router({ caseSensitive: true, strict: true });
  const own = Router({ caseSensitive: true, mergeParams: true });
  router.get('/webchat/widget.js', (_req, res, next) => sendScript(res, next));
  router.use('/webchat/assets', assets, () => {
    throw new FatalError('not_found', 'Web chat has no such file in this version.');
  });
  const page = `/webchat/${agent.id}`;
  router.get(page, (_req, res, next) => sendPage(res, ancestorsOf(settings.origins), next));
  // Its addresses are relative to its own.
  router.get(`${page}/`, (_req, res) => res.redirect(308, `../${agent.id}`));
  router.use(page, own);
  own.route('/visitor').post(greet).all(refuseMethod('POST'));
  own.route('/messages').get(known(read)).post(known(send)).all(refuseMethod('GET, HEAD, POST'));
  own.route('/messages/:messageId/files/:index').get(readFile).all(refuseMethod('GET, HEAD'));
  own.route('/live').head(refuseMethod('GET')).get(known(live)).all(refuseMethod('GET'));
  own.route('/stop').post(known(stop)).all(refuseMethod('POST'));
  return router as unknown as RouteHandler;

  /** Who they are from now on. A site's token that is refused makes nobody of them. */
  async function greet(req: Request, res: Response): Promise<void> {
    const { host } = running();
    const address = addressOf(req);
    const { token, user, embedder } = await readGreeting(req);
    if (embedder !== undefined && !isAllowed(embedder, settings.origins))
      throw new FatalError(
        'permission_denied',
        `Pages of ${embedder.slice(0, 200)} may not embed this chat: its origin is not in connectors.webchat.origins.`,
        { field: 'embedder' },
      );
    const visitor = user === undefined ? await returning(token) : await visitors.signed(user);
    if (!visitor) await count(host, `new ${address}`, settings.perAddress / 2);
    const who = visitor ? visitors.renewed(visitor) : visitors.anonymous();
    sendJson(res, 200, {
      token: await visitors.issue(who),
      visitor: authorOf(who),
      agent: { id: agent.id, name: agent.character.name },
      title: settings.title ?? agent.character.name,
      greeting: settings.greeting ?? null,
      files: settings.files,
    });
  }

  /** A token that is none any more is as good as none: they are somebody new. */
  async function returning(token: string | undefined): Promise<Visitor | null> {
    if (token === undefined) return null;
    return visitors.read(token).catch((error: unknown) => {
      if (error instanceof FatalError && error.code === 'token_invalid') return null;
      throw error;
    });
  }

  async function read(req: Request, res: Response, visitor: Visitor): Promise<void> {
    const { host, notices } = running();
    const { cursor } = req.query;
    if (cursor !== undefined && (typeof cursor !== 'string' || cursor === '' || cursor.length > 1024))
      throw new FatalError('invalid_field', 'cursor: must be the nextCursor of an earlier answer.', {
        field: 'cursor',
      });
    const { roomId, channel } = roomOf(visitor);
    const at = { limit: pageSize, order: 'newest' as const, ...(cursor !== undefined && { cursor }) };
    const { items, nextCursor } = await host.history(roomId, at);
    const told = cursor === undefined ? await notices.of(channel) : [];
    const messages = shown(items, told, nextCursor === null);
    const fileKey = await visitors.issue(visitor, 'files');
    sendJson(res, 200, { messages, nextCursor, hubRoomId: roomId, fileKey });
  }

  async function send(req: Request, res: Response, visitor: Visitor): Promise<void> {
    const { host } = running();
    await count(host, `says ${addressOf(req)}`, settings.perAddress);
    const overload = host.busy();
    if (overload) throw overload;
    owners.set(req, visitor.id);
    const { fields, files, release } =
      bodyKind(req) === 'json'
        ? { fields: await readCountedJson(req, bodies, limits.maxBodyBytes, example, visitor.id), files: [] }
        : await readUpload(req, res);
    try {
      if (files.length > 0 && !settings.files)
        throw new FatalError('invalid_upload', 'This chat takes no files.', { field: 'file' });
      const said = toInbound(agent.id, visitor, readPost(fields));
      const { message, complete } = withFiles(host, said, files);
      const receipt = await host.receive(message, { waits: true, complete });
      sendJson(res, 202, { status: receipt ? 'accepted' : 'noted' });
    } finally {
      release?.();
    }
  }

  /** Links of pictures and downloads have no headers, so a key stands in the address that opens nothing else. */
  async function readFile(req: Request, res: Response): Promise<void> {
    const { host, notices } = running();
    const { key } = req.query;
    const visitor = await visitors.read(typeof key === 'string' ? key : undefined, 'files');
    const { messageId = '', index = '' } = req.params as Record<string, string>;
    const { roomId, channel } = roomOf(visitor);
    const memory = await host.message(messageId);
    const attachments =
      memory?.roomId === roomId ? memory.content.attachments : await notices.filesOf(channel, messageId);
    const attachment = /^\d{1,4}$/.test(index) ? attachments[Number(index)] : undefined;
    if (!attachment) throw new FatalError('not_found', 'There is no such file.', { field: 'index' });
    const bytes = await host.getFile(attachment.file);
    if (!bytes)
      throw new FatalError(
        'not_found',
        'This file is no longer there. What /export gives is kept for an hour.',
        { field: 'index' },
      );
    sendFile(res, attachment, bytes);
  }

  async function live(req: Request, res: Response, visitor: Visitor): Promise<void> {
    const stored = running();
    streams.take(res, visitor.id, addressOf(req));
    await streamRoom(res, stored, bell, { ...roomOf(visitor), until: visitor.expiresAt });
  }

  async function stop(_req: Request, res: Response, visitor: Visitor): Promise<void> {
    const source = { ...placeOf(agent.id, visitor), messageId: 'stop' };
    const command = { agentId: agent.id, source, direct: true, author: authorOf(visitor) };
    await running().host.command({ ...command, name: 'stop', args: '' });
    sendJson(res, 200, { stopped: true });
  }

  function roomOf(visitor: Visitor): { roomId: string; channel: string } {
    const place = placeOf(agent.id, visitor);
    return { roomId: roomIdOf(agent.id, place), channel: place.channel };
  }

  /** @throws RetryableError `rate_limited` */
  async function count(host: Host, key: string, most: number): Promise<void> {
    if (settings.perAddress === 0) return;
    const counted = await host.count(`${agent.id} ${key}`, windowSeconds);
    if (counted.count <= Math.ceil(most)) return;
    const seconds = Math.ceil(counted.leftMs / 1000);
    throw new RetryableError(
      'rate_limited',
      `That is a little fast: too much comes from your address. Please wait ${seconds} seconds.`,
      { retryAfterMs: counted.leftMs },
    );
  }

  function known(handler: (req: Request, res: Response, visitor: Visitor) => Promise<void>): RequestHandler {
    return async (req, res) => {
      const [, token] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? [];
      res.setHeader('Cache-Control', 'private, no-store');
      await handler(req, res, await visitors.read(token));
    };
  }
}

function addressOf(req: Request): string {
  return networkOf((req as unknown as HubRequest).address ?? '');
}
