/** What the API shows of turns and memories. Times are ISO 8601. */
import type { ServerResponse } from 'node:http';
import {
  type ActionRecord,
  type CarrierError,
  type Memory,
  type OutboundMessage,
  type Outcome,
  type Reply,
  RetryableError,
  type Turn,
  type TurnFailure,
  turnFailure,
} from '../../src/extension-api.js';
import { callerIds } from './normalize.js';

export interface CallerIds {
  /** The caller's own id of the message, or the one made for it. */
  messageId: string;
  roomId: string;
}

export function answer(
  ids: CallerIds,
  { turnId, reply }: { turnId: string | null; reply: Reply | null },
): object {
  return { messageId: ids.messageId, roomId: ids.roomId, turnId, reply: reply && renderReply(reply) };
}

function renderReply({ memory, actions, usage }: Reply): object {
  return {
    id: memory.id,
    text: memory.content.text,
    actions: actions.map(renderAction),
    usage,
    createdAt: iso(memory.createdAt),
  };
}

/** What is posted to a callback URL; a failed turn tells its plain sentence as the reply, and the error beside it. */
export function callbackBody(
  ids: CallerIds,
  { agentId, turnId, memory, replaces }: OutboundMessage,
  turn: Turn | null,
): object {
  const actions = turn ? actionsOf(turn) : [];
  const usage = turn?.usage ?? { inputTokens: 0, outputTokens: 0 };
  const reply = { memory, actions, usage };
  return {
    messageId: ids.messageId,
    roomId: ids.roomId,
    agentId,
    turnId,
    // Programs keep what they were told under its `turnId`, and put this in its place.
    ...(replaces !== undefined && { replaces }),
    reply: renderReply(reply),
    ...(turn?.error && failureIn({ turnId, reply, error: turn.error })),
  };
}

function failureIn(outcome: Outcome): object {
  const { error, cause } = turnFailure(outcome);
  return { error: errorBody(error, cause) };
}

/** An answer's place, for a message that has none. */
function failed(ids: CallerIds, { error, turnId, cause }: TurnFailure): object {
  return { messageId: ids.messageId, roomId: ids.roomId, turnId, error: errorBody(error, cause) };
}

export function errorBody({ code, message }: CarrierError, cause?: string): object {
  return { code, message, ...(cause !== undefined && cause !== message && { cause }) };
}

export function renderMessage({
  id,
  role,
  content,
  author,
  source,
  status,
  turnId,
  createdAt,
}: Memory): object {
  const attachments = content.attachments.map(({ name, mediaType, size }) => ({ name, mediaType, size }));
  return {
    id,
    // Whoever sent it knows it by this one.
    ...(role === 'user' && { messageId: callerIds(source).messageId }),
    role,
    text: content.text,
    author,
    status,
    turnId,
    replyTo: content.replyTo,
    createdAt: iso(createdAt),
    ...(attachments.length > 0 && { attachments }),
  };
}

export function renderTurn(turn: Turn): object {
  return {
    id: turn.turnId,
    status: turn.status,
    ...(turn.waitsUntil !== undefined && { waitsUntil: iso(turn.waitsUntil) }),
    ...(turn.continuedBy !== undefined && { continuedBy: turn.continuedBy }),
    covers: turn.covers,
    replyId: turn.replyId,
    model: turn.model,
    ...(turn.passedOver && { passedOver: turn.passedOver }),
    usage: turn.usage,
    attempt: turn.attempt,
    error: turn.error,
    actions: actionsOf(turn).map(renderAction),
    startedAt: iso(turn.startedAt),
    finishedAt: iso(turn.finishedAt),
  };
}

function actionsOf(turn: Turn): ActionRecord[] {
  return turn.steps.flatMap((step) => step.actions);
}

function renderAction({ name, arguments: text, state, result, ok, durationMs }: ActionRecord): object {
  return { name, arguments: parsedArguments(text), state, result, ok, durationMs };
}

/** A model's arguments are JSON if all went well; otherwise they are shown as it wrote them. */
export function parsedArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function sendFailure(res: ServerResponse, ids: CallerIds, failure: TurnFailure): void {
  const { error } = failure;
  if (error instanceof RetryableError && error.retryAfterMs !== undefined)
    res.setHeader('Retry-After', Math.ceil(error.retryAfterMs / 1000));
  sendJson(res, error.status, failed(ids, failure));
}

export function sendJson(res: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  res.end(text);
}
