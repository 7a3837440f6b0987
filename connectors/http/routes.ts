/** The routes of the API, and the order in which a request is judged: permission, agent, type, body, fields, room, sizes. */
import type { IncomingMessage } from 'node:http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  type Attachment,
  CarrierError,
  FatalError,
  type Host,
  type InboundMessage,
  type Permission,
  type Principal,
  type Receipt,
  type Receiving,
  RetryableError,
  type RouteHandler,
  roomIdOf,
} from '../../src/extension-api.js';
import { Access } from './access.js';
import { bodyKind, readJson } from './body.js';
import { checkCallbackUrl } from './callback.js';
import { sendFile } from './file.js';
import {
  callbackUrlOf,
  callerIds,
  connectorName,
  invalidField,
  parsePayload,
  parseRoomId,
  roomOf,
  toInbound,
} from './normalize.js';
import { answer, renderMessage, renderTurn, sendFailure, sendJson, turnFailure } from './render.js';
import { ReplyStream } from './stream.js';
import { uploadReader } from './upload.js';
import type { Wait, Waiters } from './wait.js';

export interface ApiLimits {
  maxBodyBytes: number;
  maxFileBytes: number;
  maxFiles: number;
  maxUploadingBytes: number;
  callbackAllowPrivate: boolean;
  /** Requests that may wait for their replies at once. */
  maxBacklog: number;
}

export interface Running {
  host: Host;
  waiters: Waiters;
}

interface Sent {
  message: InboundMessage;
  complete?: Receiving['complete'];
  /** Called when its bytes lie in memory no more. */
  release?(): void;
}

/** What there is here, and what a token must be for. Tests go through it: a new route needs its row there, too. */
export const routes: readonly {
  method: 'GET' | 'POST';
  path: string;
  permission: Permission;
  does: 'send' | 'history' | 'file' | 'turn';
}[] = [
  { method: 'POST', path: '/:agentId/message', permission: 'messages.send', does: 'send' },
  { method: 'GET', path: '/:agentId/rooms/:roomId/messages', permission: 'messages.read', does: 'history' },
  {
    method: 'GET',
    path: '/:agentId/rooms/:roomId/messages/:messageId/files/:index',
    permission: 'messages.read',
    does: 'file',
  },
  { method: 'GET', path: '/:agentId/turns/:turnId', permission: 'messages.read', does: 'turn' },
];

type ApiRequest = Request<Record<string, string>>;

/** @param running throws `shutting_down` while the connector is stopped. */
export function apiRoutes(limits: ApiLimits, running: () => Running): RouteHandler {
  const readUpload = uploadReader(limits);
  const router = Router({ caseSensitive: true });
  const handlers = { send, history, file, turn };

  for (const { method, path, permission, does } of routes) {
    const at = router.route(path);
    const handle: RequestHandler<Record<string, string>> = async (req, res) => {
      const access = new Access(req, req.params.agentId!, permission);
      access.requireAgent(running().host);
      await handlers[does](req, res, access);
    };
    if (method === 'POST') at.post(handle).all(refuseMethod('POST'));
    else at.get(handle).all(refuseMethod('GET, HEAD'));
  }

  return router;

  async function send(req: ApiRequest, res: Response, access: Access): Promise<void> {
    const { host, waiters } = running();
    const overload = host.busy() ?? tooManyWait(waiters);
    if (overload) throw overload;
    const sent = await readMessage(req, res, host, access);
    const { message } = sent;
    if (callbackUrlOf(message.source) !== null) return accept(access, res, sent);
    const wait = await waiters.open(roomIdOf(message.agentId, message.source));
    res.once('close', () => wait.end());
    try {
      await exchange(req, res, sent, wait, access);
    } finally {
      wait.end();
    }
  }

  async function history({ params, query }: ApiRequest, res: Response, access: Access) {
    const channel = parseRoomId(params.roomId!);
    if (!access.reaches(channel))
      throw new FatalError('not_found', 'There is no such room.', { field: 'roomId' });
    const roomId = roomIdOf(params.agentId!, { ...hereOf(access), channel });
    const { items, nextCursor } = await running().host.history(roomId, pageOf(query));
    sendJson(res, 200, { messages: items.map(renderMessage), nextCursor });
  }

  async function file({ params }: ApiRequest, res: Response, access: Access) {
    const { host } = running();
    const { messageId, index } = params;
    const channel = parseRoomId(params.roomId!);
    const roomId = roomIdOf(params.agentId!, { ...hereOf(access), channel });
    const memory = access.reaches(channel) ? await host.message(messageId!) : null;
    // Whether somebody else's message exists is not told.
    const attachments = memory?.roomId === roomId ? memory.content.attachments : [];
    const attachment = /^\d{1,4}$/.test(index!) ? attachments[Number(index)] : undefined;
    const bytes = attachment && (await host.getFile(attachment.file));
    if (!bytes) throw new FatalError('not_found', 'This room has no such file.', { field: 'index' });
    sendFile(res, attachment, bytes);
  }

  async function turn({ params }: ApiRequest, res: Response, access: Access) {
    const { host } = running();
    const found = await host.turn(params.turnId!);
    // Whose room it is, what stands in it says: the hub's own tokens see a turn of which nothing is left.
    const [any] = found ? (await host.history(found.roomId, { limit: 1 })).items : [];
    const isSeen = any ? access.sees(any.source) : access.seesAll();
    if (!found || found.agentId !== params.agentId || !isSeen)
      throw new FatalError('not_found', 'No such turn. A turn can be read once it is finished.', {
        field: 'turnId',
      });
    sendJson(res, 200, renderTurn(found));
  }

  function tooManyWait({ size }: Waiters): RetryableError | null {
    if (size < limits.maxBacklog) return null;
    return new RetryableError('overloaded', `${size} requests wait for their replies; come back later.`, {
      retryAfterMs: 2000,
    });
  }

  async function readMessage(req: ApiRequest, res: Response, host: Host, access: Access): Promise<Sent> {
    const { fields, files, release } =
      bodyKind(req) === 'json'
        ? { fields: await readJson(req, limits.maxBodyBytes), files: [], release: undefined }
        : await readUpload(req, res);
    const { user, tenant } = access.token;
    const payload = parsePayload(fields, user);
    if (user !== undefined && payload.userId !== user) throw access.denied('userId');
    if (!access.reaches(roomOf(payload))) throw access.denied('roomId');
    const message = toInbound({ agentId: req.params.agentId!, tenant, payload });
    if (payload.callbackUrl !== undefined)
      checkCallbackUrl(payload.callbackUrl, { allowPrivate: limits.callbackAllowPrivate });
    if (files.length === 0) return { message };
    const envelope = { ...message, files: files.map(({ name, bytes }) => ({ name, size: bytes.length })) };
    const complete = async () => {
      const attachments: Attachment[] = [];
      // One by one: where there is no room for one, nothing of the message is kept, and no other is under way.
      for (const { bytes, ...file } of files) attachments.push(await host.putFile(bytes, file, message));
      return { ...message, attachments };
    };
    return {
      message: envelope,
      complete,
      release() {
        files.length = 0;
        release?.();
      },
    };
  }

  async function receive(from: Principal, { message, complete, release }: Sent): Promise<Receipt | null> {
    try {
      return await running().host.receive(message, { from, complete });
    } finally {
      release?.();
    }
  }

  /** Sends the message and answers the request with what comes back, whole or as it is written. */
  async function exchange(
    req: IncomingMessage,
    res: Response,
    sent: Sent,
    wait: Wait,
    { token }: Access,
  ): Promise<void> {
    const ids = callerIds(sent.message.source);
    const receipt = await receive(token, sent);
    if (res.destroyed) return;
    if (!receipt) return sendJson(res, 200, answer(ids, { turnId: null, reply: null }));
    if (/\btext\/event-stream\b/i.test(req.headers.accept ?? ''))
      return stream(new ReplyStream(res, ids, receipt.memory.id), receipt, wait);
    if (!receipt.outcome) wait.follow(receipt);
    try {
      const outcome = receipt.outcome ?? (await wait.outcome);
      if (outcome?.error) sendFailure(res, ids, turnFailure(outcome));
      else if (outcome) sendJson(res, 200, answer(ids, outcome));
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error;
      sendFailure(res, ids, { error, ...wait.about });
    }
  }

  async function accept({ token }: Access, res: Response, sent: Sent): Promise<void> {
    const receipt = await receive(token, sent);
    if (receipt?.duplicate && callbackUrlOf(receipt.memory.source) === null)
      throw invalidField(
        'callbackUrl',
        'callbackUrl: this messageId was sent before, without one. Send it again without for its answer.',
      );
    sendJson(res, 202, { ...callerIds(sent.message.source), status: receipt ? 'accepted' : 'ignored' });
  }
}

/** Once the stream stands there are no statuses any more: what goes wrong becomes an event. */
async function stream(replies: ReplyStream, receipt: Receipt, wait: Wait): Promise<void> {
  if (!receipt.outcome) wait.follow(receipt, replies.see);
  try {
    const outcome = receipt.outcome ?? (await wait.outcome);
    if (outcome) replies.finish(outcome);
  } catch (error) {
    if (!(error instanceof CarrierError)) throw error;
    replies.fail({ error, ...wait.about });
  }
}

/** Where the rooms are that a token names. */
function hereOf({ token }: Access): { connector: string; tenant: string } {
  return { connector: connectorName, tenant: token.tenant };
}

function pageOf(query: Request['query']): { limit: number; cursor?: string; order?: 'oldest' | 'newest' } {
  const { limit = '50', cursor, order = 'oldest' } = query;
  if (typeof limit !== 'string' || !/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 200)
    throw invalidField('limit', 'limit: must be a whole number from 1 to 200.');
  if (order !== 'oldest' && order !== 'newest')
    throw invalidField('order', 'order: must be "oldest" or "newest".');
  if (cursor === undefined) return { limit: Number(limit), order };
  if (typeof cursor !== 'string' || cursor === '' || cursor.length > 1024)
    throw invalidField('cursor', 'cursor: must be the nextCursor of an earlier answer.');
  return { limit: Number(limit), cursor, order };
}

function refuseMethod(allow: string): RequestHandler {
  return (req, res) => {
    res.setHeader('Allow', allow);
    throw new FatalError('method_not_allowed', `${req.method} is not possible here; use ${allow}.`);
  };
}
