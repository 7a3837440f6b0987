import { scopeOf } from '../core/memory.js';
import type { History } from '../store/history.js';
import type { KnownPeople } from './switch-subject.js';

/** Messages of a room that are looked through for a person. */
const mostRead = 200;

/** Looks among who talks with the agent directly, and who wrote of late where it is asked. */
export function knownIn(memories: History): KnownPeople['knows'] {
  return async ({ agentId, connector, tenant, roomId }, userId) => {
    const source = { connector, tenant, channel: '' };
    const scope = scopeOf({ agentId, source, direct: true, author: { id: userId } });
    const [own, here] = await Promise.all([
      memories.inScope(agentId, scope, { limit: 1 }),
      memories.history(roomId, { limit: mostRead, order: 'newest' }),
    ]);
    return (
      own.items.length > 0 || here.items.some(({ role, author }) => role === 'user' && author.id === userId)
    );
  };
}
