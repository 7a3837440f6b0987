/** A room that somebody looks into, of whatever platform: they read there, and write by other means. */
import { addressOf, get, path } from '../api.js';
import type { StoredMessage, Transport } from '../conversation/transport.js';
import { linkTo } from '../route.js';
import { may, me } from './me.js';

export interface RoomRead {
  agentId: string;
  connector: string;
  tenant: string;
  channel: string;
  thread?: string;
  title: string | null;
}

interface Page {
  messages: StoredMessage[];
  nextCursor: string | null;
  room: RoomRead | null;
}

/** @param read is told where that is, once it is known. */
export function roomTransport(roomId: string, read: (room: RoomRead) => void): Transport {
  const agent = { id: '', name: 'the agent' };
  let where: RoomRead | null = null;
  return {
    // Whoever looks into a room is none of those who talk there.
    user: { id: '', name: me.value!.name },
    agent,
    greeting: 'Nothing is left of what was said here.',
    takesFiles: false,
    tellsStates: true,
    async send() {},
    async history(cursor) {
      const { room, ...page } = await get<Page>(path('rooms', roomId, 'messages'), {
        ...{ order: 'newest', limit: 50, cursor },
      });
      if (room) {
        where = room;
        agent.id = room.agentId;
        agent.name = me.value!.agents.find(({ id }) => id === room.agentId)?.name ?? room.agentId;
        read(room);
      }
      return { ...page, hubRoomId: roomId };
    },
    fileAddress(messageId, index) {
      // The hub gives out files of its own API's rooms alone.
      if (where?.connector !== 'http' || where.tenant !== me.value!.tenant) return undefined;
      return addressOf(
        path(where.agentId, 'rooms', where.channel, 'messages', messageId, 'files', String(index)),
      );
    },
    turn: (turnId) => get(path('turns', turnId)),
    ...(may('turns.read') && { turnAddress: (turnId: string) => linkTo(['turns', turnId]) }),
  };
}
