import type { Span } from '@opentelemetry/api';
import type { Draft, TurnTaker, TurnTask } from '../agents/agent-type.js';
import type { Agent } from '../core/character.js';
import type { TurnEvent } from '../core/events.js';
import { type Memory, ownMemory } from '../core/memory.js';
import type { RoomState, Rooms } from '../core/room.js';
import { outboundOf, type Turn, type TurnCheckpoint, turnIdOf } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { TurnContext } from '../plugin/plugin.js';
import type { ParkedHandler, RoomQueue, Run } from '../queue/queue.js';
import { told } from '../redaction.js';
import type { MemoryStore } from '../store/memory-store.js';
import type { Claim, TurnStore } from '../store/turn-store.js';
import { spanned } from '../tracing.js';
import { Cancellation } from './cancellation.js';
import { learnFrom } from './evaluator-manager.js';
import { memoryAccess } from './memory-access.js';
import { Telling } from './telling.js';

/** What a person reads when their turn has failed for good. */
const apology = 'Sorry, something went wrong on my side and I could not answer. Please try again.';

/** What stands in place of a reply that somebody called off. */
const stopped = 'Stopped.';

export interface WorkerParts {
  turns: TurnStore;
  rooms: Rooms;
  memories: MemoryStore;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  taker: TurnTaker;
  /** Undefined: it does not run, now. */
  agent(agentId: string): Agent | undefined;
  publish(roomId: string, event: TurnEvent): void;
  /** Called after every commit: there may be memories to learn from. */
  committed(turn: Turn, reply: Memory): void;
  /** Most messages one turn covers. */
  maxMessages: number;
  log: Logger;
}

/** Does turns: claims a room's pending messages, has them answered, commits, and passes the reply on. */
export class Worker {
  readonly #parts: WorkerParts;
  /** What each room's unfinished turn covered when it was last tried: only that fails with it. */
  readonly #tried = new Map<string, string[]>();
  readonly #learning = new Set<Promise<void>>();
  readonly #end = new AbortController();
  /** Turns that run here, by their ids. */
  readonly #running = new Map<string, Cancellation>();

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  start(): void {
    const parked: ParkedHandler = (run, error) => this.#park(run, error);
    this.#parts.turnQueue.process((run) => spanned('turn', (span) => this.#run(run, span)), parked);
  }

  /** Ends a turn, if it runs here: it is committed as called off. */
  cancel(turnId: string): void {
    this.#running.get(turnId)?.cancel();
  }

  /** Waits so long for evaluators that still learn. Call after the queue has closed. */
  async stop(waitMs: number): Promise<void> {
    const enough = setTimeout(() => this.#end.abort(new Error('The hub stops.')), waitMs);
    await Promise.all(this.#learning);
    clearTimeout(enough);
  }

  async #run(run: Run, span: Span): Promise<void> {
    const startedAt = Date.now();
    const [claimed, room] = await Promise.all([
      this.#parts.turns.claim(run.roomId, this.#parts.maxMessages),
      this.#parts.rooms.get(run.roomId),
    ]);
    const claim = calledOffFirst(claimed, room);
    const first = claim.messages[0];
    if (!first) return;
    const agent = this.#parts.agent(first.agentId);
    // Its definition is gone, or not here yet: what was said to it stays until it is back; the sweeper asks again.
    if (!agent) return;
    const covers = claim.messages.map(({ id }) => id);
    this.#tried.set(run.roomId, covers);
    const turnId = turnIdOf(first);
    span.setAttributes({ agent: agent.id, turn: turnId, messages: covers.length, attempt: run.attempt });
    const checkpoint = claim.checkpoint ?? {
      turnId,
      roomId: run.roomId,
      agentId: agent.id,
      covers,
      steps: [],
    };
    const telling = new Telling(
      { turnId, roomId: run.roomId, covers, attempt: run.attempt },
      this.#parts.publish,
    );
    const { publish } = telling;
    const task = { agent, checkpoint, publish, room, hold: run.hold };
    const answered = await (claim.calledOff
      ? Promise.resolve(null)
      : this.#answer(task, claim.messages, run.signal)
    ).finally(() => telling.end());
    const reply = replyTo(claim.messages, turnId, agent, answered?.draft.text ?? stopped);
    const ending = { status: 'done', reply, draft: answered?.draft ?? null } as const;
    const turn = finished({ ...checkpoint, covers }, run, startedAt, ending);
    span.setAttributes({ model: turn.model ?? '', ...turn.usage });
    await this.#commit(run, claim, turn, reply);
    if (answered) this.#learn(turn, reply, answered.draft, answered.context);
  }

  /** Null: it was called off. What ignores that goes on for a while, and nobody waits for it. */
  async #answer(
    task: Omit<TurnTask, 'context'>,
    messages: Memory[],
    signal: AbortSignal,
  ): Promise<{ draft: Draft; context: TurnContext } | null> {
    const { turnId } = task.checkpoint;
    const cancellation = new Cancellation(signal);
    this.#running.set(turnId, cancellation);
    try {
      const context = this.#contextOf(task.agent, turnId, messages, cancellation.signal);
      const draft = await cancellation.race(this.#parts.taker.answer({ ...task, context }));
      return cancellation.cancelled ? null : { draft, context };
    } catch (error) {
      if (cancellation.cancelled) return null;
      throw error;
    } finally {
      this.#running.delete(turnId);
      cancellation.clear();
    }
  }

  #contextOf(agent: Agent, turnId: string, messages: Memory[], signal: AbortSignal): TurnContext {
    const newest = messages.at(-1)!;
    return {
      agent,
      roomId: newest.roomId,
      turnId,
      user: newest.author,
      messages,
      memory: memoryAccess(this.#parts.memories, newest),
      signal,
    };
  }

  async #commit({ roomId, hold }: Run, claim: Work, turn: Turn, reply: Memory): Promise<void> {
    const { turns, turnQueue, deliveryQueue, publish, committed, maxMessages, log } = this.#parts;
    const asked = claim.messages.map(({ source }) => source);
    const outbound = outboundOf(reply, turn.turnId, asked);
    hold();
    const won = await turns.commit({ turn, reply, outbound });
    this.#tried.delete(roomId);
    // More may wait than this turn covered; a run for nothing is cheap.
    const more =
      !won ||
      claim.checkpoint !== null ||
      claim.messages.length >= maxMessages ||
      turn.status === 'failed' ||
      claim.calledOff;
    if (more)
      await turnQueue.schedule(roomId).catch((err) => log.debug({ err, roomId }, 'left to the sweeper'));
    if (!won) {
      log.warn(
        { turnId: turn.turnId, roomId },
        'this turn was committed by another worker; its reply is dropped here',
      );
      return;
    }
    const { turnId, covers, usage, error } = turn;
    const told = { memory: reply, actions: turn.steps.flatMap(({ actions }) => actions), usage };
    publish(
      roomId,
      error
        ? { type: 'turn.failed', turnId, covers, reply: told, error }
        : { type: 'reply', turnId, covers, reply: told },
    );
    if (outbound) {
      // The reply is in the outbox: if it cannot be scheduled now, the sweeper will find it.
      await deliveryQueue
        .schedule(roomId)
        .catch((err) => log.warn({ err, roomId }, 'reply stored, not scheduled yet'));
    }
    committed(turn, reply);
  }

  #learn(turn: Turn, reply: Memory, { evaluators }: Draft, context: TurnContext): void {
    if (!evaluators.some(({ learn }) => learn)) return;
    // The turn is over, and so is what could call it off.
    const after = { ...context, signal: this.#end.signal };
    const learning = learnFrom(turn, reply, evaluators, after, this.#parts.log).finally(() => {
      this.#learning.delete(learning);
    });
    this.#learning.add(learning);
  }

  /** The turn has failed for good: its messages are marked so, and the person is told. */
  async #park(run: Run, error: unknown): Promise<void> {
    const { turns, maxMessages, log } = this.#parts;
    const { roomId } = run;
    try {
      const claim = await turns.claim(roomId, maxMessages);
      const tried = this.#tried.get(roomId);
      const messages = tried ? claim.messages.filter(({ id }) => tried.includes(id)) : claim.messages;
      const first = messages[0];
      log.error({ err: error, roomId, attempts: run.attempt, messages: messages.length }, 'turn failed');
      if (!first) return;
      const turnId = turnIdOf(first);
      const covers = messages.map(({ id }) => id);
      const checkpoint = claim.checkpoint ?? { turnId, roomId, agentId: first.agentId, covers, steps: [] };
      const reply = replyTo(messages, turnId, { id: first.agentId }, apology);
      const turn = finished({ ...checkpoint, covers }, run, Date.now(), { status: 'failed', reply, error });
      await this.#commit(run, { messages, checkpoint: claim.checkpoint, calledOff: false }, turn, reply);
    } catch (err) {
      log.error(
        { err, roomId },
        'a failed turn could not be recorded; its messages stay pending and are tried again',
      );
    } finally {
      this.#tried.delete(roomId);
    }
  }
}

interface Work extends Claim {
  /** Not to be answered. */
  calledOff: boolean;
}

/** What came before somebody called the room's turn off is a turn of its own, without what came after. */
function calledOffFirst(claim: Claim, { stopped }: RoomState): Work {
  const off = stopped === undefined ? [] : claim.messages.filter(({ id }) => id < stopped);
  return off.length > 0 ? { ...claim, messages: off, calledOff: true } : { ...claim, calledOff: false };
}

/** `draft` null: called off. */
type Ending = { reply: Memory } & (
  | { status: 'done'; draft: Draft | null }
  | { status: 'failed'; error: unknown }
);

function finished(checkpoint: TurnCheckpoint, run: Run, startedAt: number, ending: Ending): Turn {
  const done = ending.status === 'done';
  return {
    ...checkpoint,
    status: ending.status,
    replyId: ending.reply.id,
    model: (done && ending.draft?.model) || null,
    usage: (done && ending.draft?.usage) || { inputTokens: 0, outputTokens: 0 },
    attempt: run.attempt,
    error: done ? null : told(ending.error),
    startedAt,
    finishedAt: Date.now(),
  };
}

function replyTo(
  messages: Memory[],
  turnId: string,
  agent: { id: string; character?: { name: string } },
  text: string,
): Memory {
  const newest = messages.at(-1)!;
  return ownMemory(newest, {
    ...{ kind: 'message', role: 'assistant', turnId },
    author: { id: agent.id, name: agent.character?.name, bot: true },
    content: { text, attachments: [], replyTo: newest.id },
  });
}
