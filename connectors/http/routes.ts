/** The routes of the API, and the order in which a request is judged: agent, type, body, fields, sizes. */
import type { IncomingMessage } from 'node:http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  type Attachment,
  CarrierError,
  FatalError,
  type Host,
  type HubRequest,
  type InboundMessage,
  type Principal,
  type Receipt,
  type Receiving,
  RetryableError,
  type RouteHandler,
  roomIdOf,
} from '../../src/extension-api.js';
import { bodyKind, readJson } from './body.js';
import { checkCallbackUrl } from './callback.js';
import { sendFile } from './file.js';
import { InFlight, ownerOf } from './in-flight.js';
import {
  callbackUrlOf,
  callerIds,
  connectorName,
  invalidField,
  parsePayload,
  parseRoomId,
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
  callbackSecretOf?(tokenId: string): Promise<string | null>;
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

/** @param running throws `shutting_down` while the connector is stopped. */
export function apiRoutes(limits: ApiLimits, running: () => Running): RouteHandler {
  const readUpload = uploadReader(limits);
  const bodies = new InFlight(limits.maxUploadingBytes);
  const router = Router({ caseSensitive: true });

  router
    .route('/:agentId/message')
    .post(async (req, res) => {
      const { host, waiters } = running();
      host.requireAgent(req.params.agentId);
      const overload = host.busy() ?? tooManyWait(waiters);
      if (overload) throw overload;
      const sent = await readMessage(req, res, host);
      const { message } = sent;
      if (callbackUrlOf(message.source) !== null) return accept(req, res, sent);
      const wait = await waiters.open(roomIdOf(message.agentId, message.source));
      res.once('close', () => wait.end());
      whenRevoked(req, (error) => wait.fail(error));
      try {
        await exchange(req, res, sent, wait);
      } finally {
        wait.end();
      }
    })
    .all(refuseMethod('POST'));

  router
    .route('/:agentId/rooms/:roomId/messages')
    .get(async (req, res) => {
      const { host } = running();
      const { agentId } = req.params;
      host.requireAgent(agentId);
      const source = {
        connector: connectorName,
        tenant: tenantOf(req),
        channel: parseRoomId(req.params.roomId),
      };
      const { items, nextCursor } = await host.history(roomIdOf(agentId, source), pageOf(req));
      sendJson(res, 200, { messages: items.map(renderMessage), nextCursor });
    })
    .all(refuseMethod('GET, HEAD'));

  router
    .route('/:agentId/rooms/:roomId/messages/:messageId/files/:index')
    .get(async (req, res) => {
      const { host } = running();
      const { agentId, messageId, index } = req.params;
      host.requireAgent(agentId);
      const channel = parseRoomId(req.params.roomId);
      const roomId = roomIdOf(agentId, { connector: connectorName, tenant: tenantOf(req), channel });
      const memory = await host.message(messageId);
      // Whether somebody else's message exists is not told.
      const attachments = memory?.roomId === roomId ? memory.content.attachments : [];
      const attachment = /^\d{1,4}$/.test(index) ? attachments[Number(index)] : undefined;
      const bytes = attachment && (await host.getFile(attachment.file));
      if (!bytes) throw new FatalError('not_found', 'This room has no such file.', { field: 'index' });
      sendFile(res, attachment, bytes);
    })
    .all(refuseMethod('GET, HEAD'));

  router
    .route('/:agentId/turns/:turnId')
    .get(async (req, res) => {
      const { host } = running();
      const { agentId, turnId } = req.params;
      host.requireAgent(agentId);
      const turn = await host.turn(turnId);
      if (turn?.agentId !== agentId)
        throw new FatalError('not_found', 'No such turn. A turn can be read once it is finished.', {
          field: 'turnId',
        });
      sendJson(res, 200, renderTurn(turn));
    })
    .all(refuseMethod('GET, HEAD'));

  return router;

  function tooManyWait({ size }: Waiters): RetryableError | null {
    if (size < limits.maxBacklog) return null;
    return new RetryableError('overloaded', `${size} requests wait for their replies; come back later.`, {
      retryAfterMs: 2000,
    });
  }

  async function readMessage(req: Request<{ agentId: string }>, res: Response, host: Host): Promise<Sent> {
    const { fields, files, release } =
      bodyKind(req) === 'json'
        ? { fields: await readBody(req), files: [], release: undefined }
        : await readUpload(req, res);
    // Its body may have taken long.
    (req as HubRequest).revoked?.throwIfAborted();
    const payload = parsePayload(fields);
    const { id, bootstrap, tenant } = principalOf(req);
    const tokenId = bootstrap ? undefined : id;
    const message = toInbound({ agentId: req.params.agentId, tenant, tokenId, payload });
    if (payload.callbackUrl !== undefined) {
      checkCallbackUrl(payload.callbackUrl, { allowPrivate: limits.callbackAllowPrivate });
      await requireCallbackSecret(tokenId);
    }
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

  /** Counted apart from uploads, which must not stand in the way of short messages. */
  async function readBody(req: IncomingMessage): Promise<unknown> {
    const { maxBodyBytes: most } = limits;
    const release = bodies.take(ownerOf(req), Math.min(Number(req.headers['content-length'] ?? most), most));
    try {
      return await readJson(req, most);
    } finally {
      release();
    }
  }

  async function requireCallbackSecret(tokenId: string | undefined): Promise<void> {
    if (tokenId === undefined || (await limits.callbackSecretOf?.(tokenId))) return;
    throw new FatalError(
      'callback_refused',
      'callbackUrl: this token has no secret to sign callbacks with. Set CARRIER_SECRET_KEY in all hubs, and issue another token.',
      { field: 'callbackUrl' },
    );
  }

  async function receive(req: Request, { message, complete, release }: Sent): Promise<Receipt | null> {
    try {
      return await running().host.receive(message, { from: principalOf(req), complete });
    } finally {
      release?.();
    }
  }

  /** Sends the message and answers the request with what comes back, whole or as it is written. */
  async function exchange(req: Request, res: Response, sent: Sent, wait: Wait): Promise<void> {
    const ids = callerIds(sent.message.source);
    const receipt = await receive(req, sent);
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

  async function accept(req: Request, res: Response, sent: Sent): Promise<void> {
    const receipt = await receive(req, sent);
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

function whenRevoked(req: IncomingMessage, end: (error: unknown) => void): void {
  const { revoked } = req as HubRequest;
  if (revoked?.aborted) end(revoked.reason);
  else revoked?.addEventListener('abort', () => end(revoked.reason), { once: true });
}

function tenantOf(req: Request): string {
  return principalOf(req).tenant;
}

function principalOf(req: IncomingMessage): Principal {
  const { principal } = req as HubRequest;
  if (principal) return principal;
  throw new FatalError('token_missing', "This route is only open behind the hub's tokens.");
}

function pageOf({ query }: Request): { limit: number; cursor?: string; order?: 'oldest' | 'newest' } {
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
