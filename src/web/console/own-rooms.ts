/** Rooms in which whoever is signed in talks with agents by the console. */
import { get } from '../api.js';
import { type Pages, usePages } from '../resource.js';
import { may, me } from './me.js';

export interface OwnRoom {
  agentId: string;
  /** As its writers name it. */
  channel: string;
  lastAt?: string;
}

interface Listed extends OwnRoom {
  roomId: string;
  connector: string;
  tenant: string;
}

/** Everybody has one with each agent that is theirs alone. */
export function ownRoom(): string {
  return `user:${me.value!.user}`;
}

/** The most recently active first. */
export function useOwnRooms(): Pages<OwnRoom> {
  return usePages<OwnRoom>(
    'own-rooms',
    async (cursor, signal) => {
      if (!may('rooms.read')) return { items: [], nextCursor: null };
      const { rooms, nextCursor } = await get<{ rooms: Listed[]; nextCursor: string | null }>(
        'rooms',
        { cursor },
        signal,
      );
      const { tenant } = me.value!;
      const isOwn = ({ connector, channel, ...room }: Listed) =>
        connector === 'http' &&
        room.tenant === tenant &&
        (channel === ownRoom() || !channel.startsWith('user:'));
      return { items: rooms.filter(isOwn), nextCursor };
    },
    ({ type }) => type === 'message.stored',
  );
}
