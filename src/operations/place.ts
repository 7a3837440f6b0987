import type { Resource } from '../access/role.js';
import { userOfRoom } from '../connector/kit/token-access.js';
import { tokenConnector } from '../core/connector-settings.js';
import { isDirect, type Memory } from '../core/memory.js';
import type { History } from '../store/history.js';
import type { OperationParts } from './operation.js';

/** Of a room's oldest, until somebody is found who wrote there. */
const mostRead = 50;

/** Whose room it is, by what stands in it; empty for a room in which nothing does. */
export async function placeOfRoom(
  roomId: string,
  { store: { memories } }: Pick<OperationParts, 'store'>,
): Promise<Resource> {
  const [any] = (await memories.history(roomId, { limit: 1 })).items;
  if (!any) return {};
  const { source, agentId, scope } = any;
  const { connector, tenant, channel } = source;
  const userId = isDirect(scope) ? await userOf(any, memories) : undefined;
  return { roomId, agentId, connector, tenant, channel, ...(userId !== undefined && { userId }) };
}

/** Of a direct room, by its oldest memory. What they said first may be forgotten, or the agent may have begun. */
async function userOf(oldest: Memory, memories: Pick<History, 'history'>): Promise<string | undefined> {
  if (oldest.role === 'user') return oldest.author.id;
  const { connector, channel } = oldest.source;
  if (connector === tokenConnector) return userOfRoom(channel);
  const { items } = await memories.history(oldest.roomId, { limit: mostRead });
  return items.find(({ role }) => role === 'user')?.author.id;
}
