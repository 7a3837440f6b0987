import type { Resource } from '../access/role.js';
import { isDirect } from '../core/memory.js';
import type { OperationParts } from './operation.js';

/** Whose room it is, by what stands in it; empty for a room in which nothing does. */
export async function placeOfRoom(
  roomId: string,
  { store: { memories } }: Pick<OperationParts, 'store'>,
): Promise<Resource> {
  const [any] = (await memories.history(roomId, { limit: 1 })).items;
  if (!any) return {};
  const { source, agentId, scope, role, author } = any;
  const { connector, tenant, channel } = source;
  const own = isDirect(scope) && role === 'user' && { userId: author.id };
  return { roomId, agentId, connector, tenant, channel, ...own };
}
