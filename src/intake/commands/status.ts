import type { Agent } from '../../core/character.js';
import type { Rooms } from '../../core/room.js';
import type { RoomQueue } from '../../queue/queue.js';
import type { MemoryStore } from '../../store/memory-store.js';
import type { TurnStore } from '../../store/turn-store.js';
import type { Command } from './command.js';

/** Waiting messages are counted up to here. */
const mostWaiting = 100;

export interface StatusParts {
  rooms: Rooms;
  memories: MemoryStore;
  turns: TurnStore;
  queue: Pick<RoomQueue, 'counts'>;
  models(agent: Agent): string[];
}

export function status({ rooms, memories, turns, queue, models }: StatusParts): Command {
  return {
    name: 'status',
    about: 'how I am and what I am working on',
    async run({ agent, roomId, scope }) {
      const [state, remembered, waiting, queued] = await Promise.all([
        rooms.get(roomId),
        memories.count(agent.id, [scope]),
        turns.claim(roomId, mostWaiting),
        queue.counts().catch(() => null),
      ]);
      const refs = models(agent);
      const chain = [
        ...refs.filter((ref) => ref === state.model),
        ...refs.filter((ref) => ref !== state.model),
      ];
      const lines = [
        `Agent: ${agent.character.name} (${agent.id})`,
        `Model: ${chain.join(', then ')}`,
        `Messages of this room that wait for an answer: ${waiting.messages.length}`,
        queued
          ? `All rooms: ${queued.running} being answered, ${queued.waiting} waiting`
          : 'All rooms: the queue cannot be asked just now',
        `Memories of this conversation: ${remembered}`,
      ];
      return { text: lines.join('\n') };
    },
  };
}
