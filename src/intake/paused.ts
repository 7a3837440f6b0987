/** Whoever writes to what is paused is told so, and nothing of it is stored. What was let in before is left as it is. */
import { type Pause, pausedError } from '../access/pause.js';
import { roleHere } from '../access/principal.js';
import { isAtLeast } from '../access/role.js';
import type { Switches } from '../access/switches.js';
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import { principalOf } from './commands/command.js';
import { type Arrival, drop, type Rule, type Ruling } from './gate.js';
import type { Roles } from './grants.js';
import type { Notices } from './notices.js';

/** Whoever is paused may ask what is going on. What `/resume` may, its operation decides. */
const always: readonly string[] = ['resume', 'whoami', 'status', 'help'];

type Asked = Pick<Switches, 'check' | 'isPerson'>;

/** @param talk asked first: who would not be answered anyway is told nothing, and what is overheard is not kept. */
export function paused(talk: Rule, switches: Asked, roles: Pick<Roles, 'of'>): Rule {
  return (arrival) => {
    const pause = switches.check(concernedBy(arrival));
    return pause === null ? talk(arrival) : judged(arrival, pause, { talk, switches, roles });
  };
}

async function judged(
  arrival: Arrival,
  pause: Pause | Promise<Pause | null>,
  by: { talk: Rule; switches: Asked; roles: Pick<Roles, 'of'> },
): Promise<Ruling> {
  const [found, ruling] = await Promise.all([pause, by.talk(arrival)]);
  // What was let in before its process died waits like what was stored.
  if (!found || arrival.admitted || (ruling.kind !== 'pass' && ruling.kind !== 'keep')) return ruling;
  // People answer there, whatever the agent may.
  if (ruling.kind === 'keep') return ruling.held && found.what !== 'person' ? ruling : drop;
  if (arrival.afterwards || (await mayCommand(arrival, by))) return ruling;
  const error = pausedError(found, arrival.agent.character.name, Date.now());
  const once = onceFor(found, arrival.message.author.id);
  return { kind: 'notice', notice: { text: error.message }, once, error };
}

/** Operators run what is paused, but not who is paused themselves. */
async function mayCommand(
  arrival: Arrival,
  { switches, roles }: { switches: Asked; roles: Pick<Roles, 'of'> },
): Promise<boolean> {
  if (!arrival.command) return false;
  if (always.includes(arrival.command.name)) return true;
  // The agent may be paused as well, and longer.
  if (await switches.isPerson(concernedBy(arrival))) return false;
  return isAtLeast(roleHere(principalOf(arrival, await roles.of(arrival))), 'operator');
}

function concernedBy({ message: { agentId, source, author } }: Arrival) {
  return { agentId, source, userIds: [author.id] };
}

/** Tells who added the agent's name to what they had said before; false: nothing there is paused, and people have not taken it over. */
export function pausedWaking(
  switches: Pick<Switches, 'check'>,
  held: Pick<HeldRooms, 'of'>,
  notices: Pick<Notices, 'tellAuthor'>,
  agent: (agentId: string) => Agent,
): (memory: Memory) => Promise<boolean> {
  return async (memory) => {
    const { agentId, source, author } = memory;
    // Of that nobody is told: somebody answers.
    if (await held.of(memory.roomId)) return true;
    const pause = await switches.check({ agentId, source, userIds: [author.id] });
    if (!pause) return false;
    const { message } = pausedError(pause, agent(agentId).character.name, Date.now());
    await notices.tellAuthor(memory, message, onceFor(pause, author.id));
    return true;
  };
}

/** Each person is told once of a pause. */
function onceFor({ id, at }: Pause, userId: string): string {
  return `paused:${id}:${at}:${userId}`;
}
