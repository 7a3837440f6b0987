/** The routes of the OpenAI API that the hub has. */
import { type Request, type Response, Router } from 'express';
import {
  CarrierError,
  FatalError,
  type Host,
  type HubRequest,
  InFlight,
  type Memory,
  newId,
  type Principal,
  type RouteHandler,
  roomIdOf,
  TokenAccess,
  tokenOwner,
  turnFailure,
  userOfRoom,
  type Waiters,
} from '../../src/extension-api.js';
import { readCountedJson } from '../http/body.js';
import { refuseMethod } from '../http/method.js';
import { connectorName, parseRoomId, roomOf, toInbound } from '../http/normalize.js';
import { sendJson } from '../http/render.js';
import { withFiles } from '../http/with-files.js';
import type { FilePart } from './content.js';
import type { Conversations, Placed } from './conversations.js';
import { completion, type Head } from './render.js';
import { type ChatRequest, readRequest } from './request.js';
import { sideAnswer } from './side-requests.js';
import { ChatStream } from './stream.js';

export interface ChatLimits {
  maxBodyBytes: number;
  maxFileBytes: number;
  maxFiles: number;
  /** Most bytes of bodies in memory at once. */
  maxUploadingBytes: number;
}

export interface Running {
  host: Host;
  waiters: Waiters;
  conversations: Conversations;
}

const permission = 'messages.send';
const example = '{"model": "assistant", "messages": [{"role": "user", "content": "Hello"}]}';

/** @param running throws `shutting_down` while the connector is stopped. */
export function chatRoutes(limits: ChatLimits & { startedAt: number }, running: () => Running): RouteHandler {
  // A client sends all files of its history with every call.
  const mostBytes = limits.maxBodyBytes + 4 * limits.maxFileBytes;
  const bodies = new InFlight(limits.maxUploadingBytes);
  const router = Router({ caseSensitive: true });
  router.route('/v1/models').get(list).all(refuseMethod('GET, HEAD'));
  router.route('/v1/models/:model').get(show).all(refuseMethod('GET, HEAD'));
  router.route('/v1/chat/completions').post(chat).all(refuseMethod('POST'));
  return router;

  function modelOf(id: string): object {
    return { id, object: 'model', created: limits.startedAt, owned_by: 'carrier' };
  }

  function list(req: Request, res: Response): void {
    const { host } = running();
    const seen = host.agentIds().filter((id) => isSeen(req, id, host));
    sendJson(res, 200, { object: 'list', data: seen.sort().map(modelOf) });
  }

  function show(req: Request<{ model: string }>, res: Response): void {
    const { model } = req.params;
    new TokenAccess(req as unknown as HubRequest, model, permission).requireAgent(running().host);
    sendJson(res, 200, modelOf(model));
  }

  async function chat(req: Request, res: Response): Promise<void> {
    const { host, waiters } = running();
    const hubRequest = req as unknown as HubRequest;
    // Whoever may talk to no agent has no body read.
    new TokenAccess(hubRequest, '', permission);
    const request = readRequest(await readCountedJson(req, bodies, mostBytes, example));
    // Its body may have taken long.
    hubRequest.revoked?.throwIfAborted();
    const access = new TokenAccess(hubRequest, request.model, permission);
    access.requireAgent(host);
    const aside = sideAnswer(request);
    if (aside !== null) return send(res, request, headOf(request.model), aside);
    const overload = waiters.busy();
    if (overload) throw overload;
    await answer(req, res, request, access);
  }

  async function answer(
    req: Request,
    res: Response,
    request: ChatRequest,
    access: TokenAccess,
  ): Promise<void> {
    const { host, waiters } = running();
    const { token } = access;
    const placed = await place(req, request, access);
    const stream = request.stream ? new ChatStream(res, request) : null;
    let head = headOf(request.model);
    let isStored = false;
    res.setHeader('X-Carrier-Room', encodeURI(placed.channel));
    try {
      const { message, complete } = inboundOf(host, request, placed, token, limits);
      if (!access.reaches(placed.channel)) throw access.denied();
      const outcome = await waiters.ask(message, {
        ...{ from: token, complete },
        revoked: (req as unknown as HubRequest).revoked,
        to: res,
        stored({ memory, duplicate }) {
          head = headOf(request.model, memory);
          stream?.of(head, memory.id);
          isStored = true;
          if (!duplicate) placed.stored(memory.id);
        },
        ...(stream && { see: stream.see }),
      });
      if (res.destroyed) return;
      if (!outcome) send(res, request, head, '');
      else if (stream) stream.finish(outcome);
      else if (outcome.error) throw turnFailure(outcome).error;
      else
        sendJson(res, 200, completion(head, outcome.reply?.memory.content.text ?? '', outcome.reply?.usage));
    } catch (error) {
      if (!isStored && isRefusal(error))
        await placed
          .refused()
          .catch((err) => host.log.warn({ err }, 'a call that was refused counts as one that was said'));
      if (!stream) throw error;
      stream.fail(error);
    }
  }

  async function place(
    req: Request,
    { user, history, rules, model: agentId }: ChatRequest,
    access: TokenAccess,
  ): Promise<Placed & { stored(memoryId: string): void }> {
    const { host, conversations } = running();
    const { token } = access;
    const named = headerOf(req, 'x-carrier-room');
    const roomId = named === undefined ? undefined : parseRoomId(unescaped(named));
    const repeated = Number(headerOf(req, 'x-stainless-retry-count') ?? 0) > 0;
    const once = headerOf(req, 'idempotency-key')?.slice(0, 256);
    const call = { agentId, history, rules, repeated, once };
    const userId = token.user ?? user ?? (roomId && (userOfRoom(roomId) ?? `token:${tokenIdOf(token)}`));
    if (userId === undefined) {
      const loose = { ...call, tokenId: tokenOwner(req as unknown as HubRequest) };
      const placed = await conversations.loose(loose);
      const stored = (memoryId: string) =>
        void conversations
          .heard(loose, placed, memoryId)
          .catch((err) => host.log.warn({ err }, 'a conversation cannot be gone on with: it begins anew'));
      return { ...placed, stored };
    }
    const channel = roomOf({ roomId, userId });
    if (!access.reaches(channel)) throw access.denied();
    const here = { connector: connectorName, tenant: token.tenant, channel };
    const { edits, ...placed } = await conversations.keyed({
      ...call,
      roomId: roomIdOf(agentId, here),
      userId,
    });
    for (const { messageId, text } of edits) {
      const { source } = toInbound({
        ...{ agentId, tenant: token.tenant },
        payload: { text, userId, messageId, roomId },
      });
      await host.edit({ key: { agentId, ...source }, text, author: { id: userId } });
    }
    return { ...placed, channel, userId, stored: () => {} };
  }
}

function isSeen(req: Request, agentId: string, host: Host): boolean {
  // What the token is for at no agent at all is no empty list, but denied.
  const access = new TokenAccess(req as unknown as HubRequest, agentId, permission);
  try {
    access.requireAgent(host);
    return true;
  } catch {
    return false;
  }
}

function inboundOf(
  host: Host,
  { model: agentId }: ChatRequest,
  { channel, userId, messageId, said, parts }: Placed,
  { tenant }: Principal,
  limits: ChatLimits,
): ReturnType<typeof withFiles> {
  if (said.files.length > limits.maxFiles)
    throw new FatalError(
      'invalid_field',
      `messages: at most ${limits.maxFiles} files in a message (CARRIER_MAX_FILES).`,
      { field: 'messages' },
    );
  const files = said.files.map((file) => ({ ...file, bytes: bytesOf(file, limits) }));
  const message = toInbound({
    ...{ agentId, tenant },
    payload: { text: said.text, userId, messageId, roomId: channel },
  });
  return withFiles(host, { ...message, parts }, files);
}

function bytesOf({ name, data }: FilePart, { maxFileBytes }: ChatLimits): Buffer {
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length <= maxFileBytes) return bytes;
  throw new FatalError(
    'body_too_large',
    `The file "${name}" is larger than ${maxFileBytes} bytes (CARRIER_MAX_FILE_BYTES).`,
    { field: 'messages' },
  );
}

/** What is there already, as a whole. */
function send(res: Response, request: ChatRequest, head: Head, text: string): void {
  if (request.stream) {
    const stream = new ChatStream(res, request);
    stream.of(head, null);
    stream.end(text);
  } else sendJson(res, 200, completion(head, text));
}

function headOf(model: string, { id, createdAt }: Pick<Memory, 'id' | 'createdAt'> = fresh()): Head {
  return { id: `chatcmpl-${id}`, created: Math.floor(createdAt / 1000), model };
}

/** Whether it is certain that nothing was stored: the store's own faults leave it open. */
function isRefusal(error: unknown): boolean {
  return error instanceof CarrierError && (error.status < 500 || error.code === 'paused');
}

function fresh(): Pick<Memory, 'id' | 'createdAt'> {
  return { id: newId(), createdAt: Date.now() };
}

function tokenIdOf({ id, name }: Principal): string {
  return id ?? name;
}

/** As the answer's header writes it, so that what it says can be sent back; what is no such text is a name as it is. */
function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function headerOf(req: Request, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
