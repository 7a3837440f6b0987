/** Rooms in which whoever is signed in talks with agents by the console. */
import { get, path } from '../api.js';
import { randomId } from '../conversation/ids.js';
import { type Pages, usePages } from '../resource.js';
import { me } from './me.js';

export interface OwnRoom {
  agentId: string;
  /** As its writers name it. */
  channel: string;
  /** Null: nobody has said anything yet. */
  title?: string | null;
  lastAt?: string;
}

/** Everybody has one with each agent that is theirs alone. */
export function ownRoom(): string {
  return `user:${me.value!.user}`;
}

/** And as many more as they like: what the hub calls them says whose they are. */
export function newRoom(): string {
  const { user } = me.value!;
  return `own:${user.length}:${user}:${randomId().slice(0, 8)}`;
}

/** With an agent, the most recently active first. */
export function useOwnRooms(agentId: string): Pages<OwnRoom> {
  return usePages<OwnRoom>(
    `own-rooms ${agentId}`,
    async (cursor, signal) => {
      const query = { agentId, userId: me.value!.user, limit: 20, cursor };
      const { rooms, nextCursor } = await get<{ rooms: OwnRoom[]; nextCursor: string | null }>(
        path('rooms', 'own'),
        query,
        signal,
      );
      return { items: rooms, nextCursor };
    },
    ({ type }) => type === 'message.stored',
  );
}
