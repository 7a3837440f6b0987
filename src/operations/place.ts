import type { OperationParts } from './operation.js';
import type { Resource } from './principal.js';

/** Whose room it is, by what stands in it; empty for a room in which nothing does. */
export async function placeOfRoom(
  roomId: string,
  { store: { memories } }: Pick<OperationParts, 'store'>,
): Promise<Resource> {
  const [any] = (await memories.history(roomId, { limit: 1 })).items;
  if (!any) return {};
  const { connector, tenant } = any.source;
  return { roomId, agentId: any.agentId, connector, tenant };
}
