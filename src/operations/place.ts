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

/** Remembers what it looked up: of a page, many are of one room. */
export function placesOfRooms(parts: Pick<OperationParts, 'store'>): (roomId: string) => Promise<Resource> {
  const known = new Map<string, Promise<Resource>>();
  return (roomId) => {
    const found = known.get(roomId) ?? placeOfRoom(roomId, parts);
    known.set(roomId, found);
    return found;
  };
}
