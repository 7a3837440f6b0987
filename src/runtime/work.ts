import type { Concerned, Pause } from '../access/pause.js';
import type { Switches } from '../access/switches.js';
import { type Attachment, burst, isDirect, type Memory, ownMemory } from '../core/memory.js';
import type { RoomState } from '../core/room.js';
import { approvesAny } from '../core/trigger.js';
import { decidedSteps, readSteps, type TurnCheckpoint, turnIdOf } from '../core/turn.js';
import { askedBy } from '../store/decide.js';
import type { History } from '../store/history.js';
import type { Claim, TurnStore } from '../store/turn-store.js';

/** One turn to take, as the room's line has it. */
export interface Work {
  /** What is handled with it. */
  covered: Memory[];
  /** What it answers: the same, or what the turn that waited had to answer. */
  asked: Memory[];
  checkpoint: TurnCheckpoint;
  /** Steps that the turn which waited has told of. */
  told: number;
  /** It is not to be answered: somebody called it off, or nothing is left of what was decided. */
  over: 'stopped' | 'nothing' | null;
  /** More waits in the room, or may wait. */
  more: boolean;
  /** The first of that, where it is known. */
  next?: Memory;
}

interface Stores {
  turns: TurnStore;
  memories: History;
}

/** Null: the room has nothing to do. @param only messages it may cover; absent: any */
export async function workOf(
  claim: Claim,
  { stopped }: RoomState,
  stores: Stores,
  only?: readonly string[],
): Promise<Work | null> {
  const claimed = only ? claim.messages.filter(({ id }) => only.includes(id)) : claim.messages;
  // What somebody has decided is called off only once it has begun.
  const mayStop = ({ id, trigger }: Memory) =>
    stopped !== undefined && id < stopped && (trigger?.kind !== 'decision' || claim.checkpoint !== null);
  const off = claimed.filter(mayStop);
  // What came before somebody called the room's turn off is a turn of its own, without what came after.
  const covered = off.length > 0 ? off : claim.checkpoint ? claimed : burst(claimed);
  const first = covered[0];
  if (!first) return null;
  const { roomId, agentId, trigger } = first;
  const covers = covered.map(({ id }) => id);
  const begun = claim.checkpoint ?? { turnId: turnIdOf(first), roomId, agentId, covers, steps: [] };
  const checkpoint = { ...begun, steps: readSteps(begun.steps), ...(trigger && { trigger }) };
  const more = claim.checkpoint !== null || off.length > 0 || covered.length < claimed.length;
  const over = off.length > 0 ? 'stopped' : null;
  const next = claimed[covered.length];
  const work: Work = {
    ...{ covered, asked: covered, checkpoint, told: 0, over, more: more || !!claim.cut },
    ...(next && { next }),
  };
  return trigger?.kind === 'decision' ? continuation(work, claim, stores) : work;
}

async function continuation(work: Work, claim: Claim, stores: Stores): Promise<Work> {
  const { checkpoint } = work;
  const { trigger, turnId } = checkpoint;
  if (trigger?.kind !== 'decision') return work;
  const waited = await stores.turns.get(trigger.turnId);
  const ours = waited?.status === 'waiting' || waited?.continuedBy === turnId;
  if (!waited || !ours) return { ...work, over: 'nothing', more: true };
  const left = await askedBy(stores, waited);
  const steps = claim.checkpoint ? checkpoint.steps : decidedSteps(waited.steps, trigger.decision);
  return {
    ...work,
    asked: left.length > 0 ? left : work.covered,
    checkpoint: { ...checkpoint, steps, ...(waited.taint && { taint: [...waited.taint] }) },
    ...{ told: waited.steps.length, more: true },
  };
}

/** Whom a turn concerns. */
export function concernedBy({ covered, asked }: Work): Concerned {
  const { agentId, source } = covered[0]!;
  return { agentId, source, userIds: [...new Set([...covered, ...asked].map(({ author }) => author.id))] };
}

/** What was approved waits until it can be done. */
export async function pauseOf(
  work: Work,
  switches: Pick<Switches, 'check' | 'tools'>,
): Promise<Pause | null> {
  const concerned = concernedBy(work);
  const { trigger } = work.checkpoint;
  const isApproved = trigger?.kind === 'decision' && approvesAny(trigger.decision);
  return (await switches.check(concerned)) ?? (isApproved ? switches.tools(concerned) : null);
}

/** Where others talk, too, one person's pause must not hold up their line. */
export function isInOthersWay({ what }: Pause, { scope }: Memory): boolean {
  return what === 'person' && !isDirect(scope);
}

export function replyTo(
  messages: Memory[],
  turnId: string,
  agent: { id: string; character?: { name: string } },
  text: string,
  { taint = [], files = [] }: { taint?: Memory['taint']; files?: Attachment[] | undefined } = {},
): Memory {
  const newest = messages.at(-1)!;
  return ownMemory(newest, {
    ...{ kind: 'message', role: 'assistant', turnId },
    author: { id: agent.id, name: agent.character?.name, bot: true },
    content: { text, attachments: files, replyTo: newest.id },
    ...(taint.length > 0 && { taint }),
  });
}
