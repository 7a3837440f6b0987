/** What a caller posts, and the standard message it becomes. */
import { z } from 'zod';
import {
  directPrefix,
  FatalError,
  type InboundMessage,
  newId,
  problemsOf,
  problemText,
  type Source,
  sentence,
  userOfRoom,
} from '../../src/extension-api.js';

export const connectorName = 'http';

const longestId = 256;

/** Ids stand in URLs and logs: no control characters, no lone surrogates, no line separators. */
const Id = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not have control characters or broken Unicode');

export const CallerId = Id.max(longestId);

/** What stands beside a user's id in the names of direct rooms. */
const mostMore = 32;

/** `.` and `..` do not survive in a URL. */
export const RoomId = Id.max(longestId + mostMore).regex(/^(?!\.{1,2}$)/, 'must not be "." or ".."');

const metadataLimits = { levels: 8, characters: 16_384 };

const Metadata = z
  .record(z.string(), z.unknown(), 'must be an object, in multipart as JSON text like {"source": "shop"}')
  .refine(
    (value) => isFlat(value, metadataLimits.levels),
    // What is nested too deep cannot be written as JSON for the next check.
    { error: `is nested deeper than ${metadataLimits.levels} levels`, abort: true },
  )
  .refine(
    (value) => JSON.stringify(value).length <= metadataLimits.characters,
    `is longer than ${metadataLimits.characters} characters as JSON`,
  );

const fields = {
  text: z.string(),
  userId: CallerId,
  roomId: RoomId.optional(),
  messageId: CallerId.optional(),
  metadata: Metadata.optional(),
  callbackUrl: z.string().max(2048).optional(),
};

export const Payload = z.strictObject(fields);
export type Payload = z.infer<typeof Payload>;

/**
 * @param user whom alone the token speaks as: it need not be said then.
 * @throws FatalError `invalid_field`, naming every field at fault; `field` is the first of them.
 */
export function parsePayload(body: unknown, user?: string): Payload {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const parsed = Payload.safeParse(user !== undefined && isObject ? { userId: user, ...body } : body);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, Payload);
  const [first] = problems;
  if (!first?.field)
    throw invalidField(undefined, 'The body must be an object like {"text": "Hello", "userId": "alice"}.');
  throw invalidField(first.field, sentence(problemText(problems)));
}

/** @throws FatalError `invalid_field` */
export function parseRoomId(text: string): string {
  const parsed = RoomId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw invalidField('roomId', sentence(`roomId: ${problemText(problemsOf(parsed.error, RoomId))}`));
}

export function invalidField(field: string | undefined, message: string): FatalError {
  return new FatalError('invalid_field', message, { field });
}

export interface Envelope {
  agentId: string;
  tenant: string;
  /** Of the issued token that it came with. */
  tokenId?: string;
  payload: Payload;
}

/** Where it is said. */
export function roomOf({ roomId, userId }: Pick<Payload, 'roomId' | 'userId'>): string {
  return roomId ?? directPrefix + userId;
}

/** @throws FatalError `invalid_field` for the direct room of somebody else. */
export function toInbound({ agentId, tenant, tokenId, payload }: Envelope): InboundMessage {
  const { text, userId, metadata, callbackUrl } = payload;
  const own = directPrefix + userId;
  const channel = roomOf(payload);
  const user = userOfRoom(channel);
  const direct = user === userId;
  if (!direct && user !== undefined)
    throw invalidField(
      'roomId',
      `Rooms named "${directPrefix}..." or "own:..." are direct: only "${own}" and "own:${userId.length}:${userId}:NAME" are open to this userId.`,
    );
  return {
    agentId,
    source: {
      connector: connectorName,
      tenant,
      channel,
      messageId: platformId(channel, userId, payload.messageId ?? newId()),
      ...(callbackUrl === undefined ? { pull: true } : { answersOnly: true }),
      ...((metadata !== undefined || callbackUrl !== undefined) && {
        metadata: {
          callbackUrl,
          metadata,
          ...(callbackUrl !== undefined && tokenId !== undefined && { tokenId }),
        },
      }),
    },
    direct,
    author: { id: userId },
    text,
  };
}

/** Callers' message ids are unique for one user in one room only. The lengths keep the parts apart. */
function platformId(channel: string, userId: string, messageId: string): string {
  return `${channel.length}:${userId.length}:${channel}${userId}${messageId}`;
}

/** The ids by which the caller knows a message. */
export function callerIds({ channel, messageId }: Source): { messageId: string; roomId: string } {
  const [, channelLength = '', userLength = ''] = /^(\d+):(\d+):/.exec(messageId) ?? [];
  const start = channelLength.length + userLength.length + 2 + Number(channelLength) + Number(userLength);
  return { messageId: messageId.slice(start), roomId: channel };
}

export function callbackUrlOf({ metadata }: Source): string | null {
  return typeof metadata?.callbackUrl === 'string' ? metadata.callbackUrl : null;
}

/** Whose callback secret signs the answer; null: the hub's. */
export function tokenIdOf({ metadata }: Source): string | null {
  return typeof metadata?.tokenId === 'string' ? metadata.tokenId : null;
}

function isFlat(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isFlat(inner, levels - 1));
}
