/** What a run leaves behind to be judged: what was sent, what the store holds, what came back, what was done. */

import type { ApiMessage } from '../support/api.js';
import { api } from '../support/api.js';
import { type Attempt, attemptsOf } from './attempts.js';
import type { Sent } from './clients.js';
import type { Address, Incarnation } from './cluster.js';
import type { Fault } from './faults.js';
import { readReply } from './model.js';
import type { Received } from './receiver.js';

/** A turn as `GET /:agentId/turns/:turnId` shows it. */
interface StoredTurn {
  id: string;
  status: string;
  covers: string[];
  replyId: string;
  finishedAt: string;
  actions: { name: string; ok: boolean }[];
}

export interface Room {
  name: string;
  sent: Sent[];
  /** Oldest first. */
  history: ApiMessage[];
  /** In the order of their replies. */
  turns: StoredTurn[];
  received: Received[];
}

export interface Evidence {
  rooms: Room[];
  attempts: Attempt[];
  incarnations: Incarnation[];
  faults: Fault[];
}

/** How many rooms are read at once: the hub has other things to do. */
const readers = 4;

export async function readRooms(rooms: Sent[][], received: Received[], address: Address): Promise<Room[]> {
  const left = [...rooms.entries()];
  const read: Room[] = [];
  await Promise.all(
    Array.from({ length: readers }, async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [i, sent] = next;
        read[i] = await readRoom(sent, received, address);
      }
    }),
  );
  return read;
}

async function readRoom(sent: Sent[], all: Received[], { url, token }: Address): Promise<Room> {
  const name = sent[0]!.room;
  const hub = api(url, token);
  const history = await hub.messages('assistant', name);
  const received = all.filter(({ room }) => room === name);
  // A reply names its turn; an apology does not, but it was received with the turn's id.
  const apologies = received.filter(({ failed }) => failed).map(({ turn }) => turn);
  const named = history.flatMap(({ role, text }) =>
    role === 'assistant' ? (readReply(text)?.turn ?? []) : [],
  );
  const turns = await Promise.all(
    [...new Set([...named, ...apologies])].map(async (turn) => {
      const response = await hub.get(`/assistant/turns/${turn}`);
      if (response.status !== 200) throw new Error(`turn ${turn} cannot be read: ${response.status}`);
      return (await response.json()) as StoredTurn;
    }),
  );
  const place = new Map(history.map(({ id }, i) => [id, i]));
  turns.sort((a, b) => place.get(a.replyId)! - place.get(b.replyId)!);
  return { name, sent, history, turns, received };
}

export function attemptsIn(incarnations: Incarnation[]): Attempt[] {
  return incarnations.flatMap(attemptsOf);
}
