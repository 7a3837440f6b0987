/** The routes of the API, and the order in which a request is judged: permission, agent, type, body, fields, room, sizes. */
import type { IncomingMessage } from 'node:http';
import { type RequestHandler, type Response, Router } from 'express';
import {
  CarrierError,
  FatalError,
  type Host,
  type HubRequest,
  type InboundMessage,
  InFlight,
  type Permission,
  type Principal,
  type Receipt,
  type Receiving,
  type RouteHandler,
  roomIdOf,
  TokenAccess,
  turnFailure,
  type Wait,
  type Waiters,
} from '../../src/extension-api.js';
import { bodyKind, readCountedJson } from './body.js';
import { checkCallbackUrl } from './callback.js';
import { refuseMethod } from './method.js';
import { callbackUrlOf, callerIds, invalidField, parsePayload, roomOf, toInbound } from './normalize.js';
import { type ApiRequest, type Reader, readFile, readHistory, readTurn } from './reading.js';
import { answer, sendFailure, sendJson } from './render.js';
import { ReplyStream } from './stream.js';
import { uploadReader } from './upload.js';
import { withFiles } from './with-files.js';

export interface ApiLimits {
  maxBodyBytes: number;
  maxFileBytes: number;
  maxFiles: number;
  maxUploadingBytes: number;
  callbackAllowPrivate: boolean;
  callbackSecretOf?(tokenId: string): Promise<string | null>;
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
  handler: 'send' | Reader;
}[] = [
  { method: 'POST', path: '/:agentId/message', permission: 'messages.send', handler: 'send' },
  {
    method: 'GET',
    path: '/:agentId/rooms/:roomId/messages',
    permission: 'messages.read',
    handler: readHistory,
  },
  {
    method: 'GET',
    path: '/:agentId/rooms/:roomId/messages/:messageId/files/:index',
    permission: 'messages.read',
    handler: readFile,
  },
  { method: 'GET', path: '/:agentId/turns/:turnId', permission: 'messages.read', handler: readTurn },
];

/** @param running throws `shutting_down` while the connector is stopped. */
export function apiRoutes(limits: ApiLimits, running: () => Running): RouteHandler {
  const readUpload = uploadReader(limits);
  // Apart from uploads, which must not stand in the way of short messages.
  const bodies = new InFlight(limits.maxUploadingBytes);
  const router = Router({ caseSensitive: true });

  for (const { method, path, permission, handler } of routes) {
    const at = router.route(path);
    const handle: RequestHandler<Record<string, string>> = async (req, res) => {
      const access = new TokenAccess(req as unknown as HubRequest, req.params.agentId!, permission);
      const { host } = running();
      access.requireAgent(host);
      await (handler === 'send' ? send(req, res, access) : handler(req, res, { access, host }));
    };
    if (method === 'POST') at.post(handle).all(refuseMethod('POST'));
    else at.get(handle).all(refuseMethod('GET, HEAD'));
  }

  return router;

  async function send(req: ApiRequest, res: Response, access: TokenAccess): Promise<void> {
    const { host, waiters } = running();
    const overload = waiters.busy();
    if (overload) throw overload;
    const sent = await readMessage(req, res, host, access);
    const { message } = sent;
    if (callbackUrlOf(message.source) !== null || respondsAsync(req)) return accept(access, res, sent);
    const wait = await waiters.open(roomIdOf(message.agentId, message.source));
    res.once('close', () => wait.end());
    wait.endWith((req as HubRequest).revoked);
    try {
      await exchange(req, res, sent, wait, access);
    } finally {
      wait.end();
    }
  }

  async function readMessage(req: ApiRequest, res: Response, host: Host, access: TokenAccess): Promise<Sent> {
    const { fields, files, release } =
      bodyKind(req) === 'json'
        ? { fields: await readCountedJson(req, bodies, limits.maxBodyBytes), files: [], release: undefined }
        : await readUpload(req, res);
    // Its body may have taken long.
    (req as HubRequest).revoked?.throwIfAborted();
    const { id, bootstrap, self, user = self, tenant } = access.token;
    const payload = parsePayload(fields, user);
    if (user !== undefined && payload.userId !== user) throw access.denied('userId');
    if (!access.reaches(roomOf(payload)))
      throw access.denied(payload.roomId === undefined ? 'userId' : 'roomId');
    const tokenId = bootstrap ? undefined : id;
    const message = toInbound({ agentId: req.params.agentId!, tenant, tokenId, payload });
    if (payload.callbackUrl !== undefined) {
      checkCallbackUrl(payload.callbackUrl, { allowPrivate: limits.callbackAllowPrivate });
      await requireCallbackSecret(tokenId);
    }
    return {
      ...withFiles(host, message, files),
      release() {
        files.length = 0;
        release?.();
      },
    };
  }

  async function requireCallbackSecret(tokenId: string | undefined): Promise<void> {
    if (tokenId === undefined || (await limits.callbackSecretOf?.(tokenId))) return;
    throw new FatalError(
      'callback_refused',
      'callbackUrl: this token has no secret to sign callbacks with. Set CARRIER_SECRET_KEY in all hubs, and issue another token.',
      { field: 'callbackUrl' },
    );
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
    { token }: TokenAccess,
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

  async function accept({ token }: TokenAccess, res: Response, sent: Sent): Promise<void> {
    const receipt = await receive(token, sent);
    const wanted = callbackUrlOf(sent.message.source);
    if (wanted !== null && receipt?.duplicate && callbackUrlOf(receipt.memory.source) === null)
      throw invalidField(
        'callbackUrl',
        'callbackUrl: this messageId was sent before, without one. Send it again without for its answer.',
      );
    if (wanted === null) res.setHeader('Preference-Applied', 'respond-async');
    sendJson(res, 202, { ...callerIds(sent.message.source), status: receipt ? 'accepted' : 'ignored' });
  }
}

/** Whether the caller does not wait for the reply (RFC 7240, section 4.1), which it then reads from the room. */
function respondsAsync({ headers }: IncomingMessage): boolean {
  return [headers.prefer ?? []].flat().some((said) => /(^|,)\s*respond-async\s*(;|,|$)/i.test(said));
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
