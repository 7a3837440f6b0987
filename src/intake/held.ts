/** What is written in a room that people have taken over is kept for the agent to know of, and makes no turn. */
import type { Outcome } from '../connector/connector.js';
import { type Memory, roomIdOf } from '../core/memory.js';
import { turnIdOf } from '../core/turn.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import type { Hold } from '../takeover/hold.js';
import type { Takeovers } from '../takeover/takeovers.js';
import type { Arrival, Rule, Ruling } from './gate.js';
import type { Roles } from './grants.js';

interface Desk {
  held: Pick<HeldRooms, 'of'>;
  takeovers: Pick<Takeovers, 'take'>;
  roles: Pick<Roles, 'isAtLeast'>;
  /** Unix ms. */
  now(): number;
}

/** @param talk whether the agent talks there with whoever writes at all. */
export function held(talk: Rule, desk: Desk): Rule {
  return (arrival) => {
    const { message, command, afterwards } = arrival;
    // Operators hand back by a command; of edits and reactions, those who follow them decide.
    if (command || afterwards) return talk(arrival);
    const hold = desk.held.of(roomIdOf(message.agentId, message.source));
    return hold === null && !mayTakeByHand(arrival) ? talk(arrival) : judged(arrival, hold, talk, desk);
  };
}

async function judged(
  arrival: Arrival,
  found: Hold | null | Promise<Hold | null>,
  talk: Rule,
  desk: Desk,
): Promise<Ruling> {
  const hold = await found;
  const byHand = mayTakeByHand(arrival) && (await desk.roles.isAtLeast(arrival, 'operator'));
  if (!hold && !byHand) return talk(arrival);
  const { message } = arrival;
  // People talk with one another now, so nobody need name the agent; where it is not let in, nobody is told.
  const asked = { ...arrival, afterwards: true, message: { ...message, addressed: true } };
  const ruling = await talk(asked);
  if (ruling.kind !== 'pass' && ruling.kind !== 'keep') return ruling;
  if (byHand) await takeByHand(arrival, desk);
  return { kind: 'keep', held: true };
}

/** Words for others, where the agent is told to leave those to people. Who names the agent talks with it. */
function mayTakeByHand({ message: { direct, addressed }, agent }: Arrival): boolean {
  return agent.character.handover.byHand && !direct && !addressed;
}

async function takeByHand({ message, agent }: Arrival, { takeovers, now }: Desk): Promise<void> {
  const { agentId, source, author } = message;
  const room = { agentId, roomId: roomIdOf(agentId, source) };
  const until = now() + agent.character.handover.minutes * 60_000;
  await takeovers.take(room, { by: `person ${author.id}`, name: author.name }, { until, byHand: true });
}

/** For whoever would wait for the agent. */
export function unanswered(memory: Memory): Outcome {
  return { turnId: memory.turnId ?? turnIdOf(memory), reply: null, error: null };
}
