/** What can be read of what was said: a room's history, a file of a message, a finished turn. */
import type { Request, Response } from 'express';
import { FatalError, type Host, roomIdOf, type TokenAccess } from '../../src/extension-api.js';
import { sendFile } from './file.js';
import { connectorName, invalidField, parseRoomId } from './normalize.js';
import { renderMessage, renderTurn, sendJson } from './render.js';

export type ApiRequest = Request<Record<string, string>>;

export type Reader = (
  req: ApiRequest,
  res: Response,
  from: { access: TokenAccess; host: Pick<Host, 'history' | 'message' | 'getFile' | 'turn'> },
) => Promise<void>;

export const readHistory: Reader = async ({ params, query }, res, { access, host }) => {
  const channel = parseRoomId(params.roomId!);
  if (!access.reaches(channel))
    throw new FatalError('not_found', 'There is no such room.', { field: 'roomId' });
  const roomId = roomIdOf(params.agentId!, { ...hereOf(access), channel });
  const { items, nextCursor } = await host.history(roomId, pageOf(query));
  sendJson(res, 200, { messages: items.map(renderMessage), nextCursor, hubRoomId: roomId });
};

export const readFile: Reader = async ({ params }, res, { access, host }) => {
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
};

export const readTurn: Reader = async ({ params }, res, { access, host }) => {
  const found = await host.turn(params.turnId!);
  // Whose room it is, what stands in it says: the hub's own tokens see a turn of which nothing is left.
  const [any] = found ? (await host.history(found.roomId, { limit: 1 })).items : [];
  const isSeen = any ? access.sees(any.source) : access.seesAll();
  if (!found || found.agentId !== params.agentId || !isSeen)
    throw new FatalError('not_found', 'No such turn. A turn can be read once it is finished.', {
      field: 'turnId',
    });
  sendJson(res, 200, renderTurn(found));
};

/** Where the rooms are that a token names. */
function hereOf({ token }: TokenAccess): { connector: string; tenant: string } {
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
