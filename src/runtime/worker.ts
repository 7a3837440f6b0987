import type { Span } from '@opentelemetry/api';
import { type Pause, pauseText } from '../access/pause.js';
import type { Switches } from '../access/switches.js';
import type { Draft, TurnTaker, TurnTask } from '../agents/agent-type.js';
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { ModelCall } from '../core/model-call.js';
import type { RoomState, Rooms } from '../core/room.js';
import { type Turn, type TurnCheckpoint, turnOf } from '../core/turn.js';
import type { TurnContext } from '../plugin/plugin.js';
import type { ParkedHandler, Run } from '../queue/queue.js';
import { told } from '../redaction.js';
import type { HeldDecisions } from '../store/held-decisions.js';
import type { Claim } from '../store/turn-store.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import { spanned } from '../tracing.js';
import { apologyFor, cutOff, withUnknown } from './apology.js';
import { ceded } from './ceded.js';
import { Committing, type CommittingParts } from './committing.js';
import { triedBefore } from './generate.js';
import { Learning } from './learning.js';
import type { Outage, Outages } from './outages.js';
import { type CalledOff, RunningTurns } from './running-turns.js';
import { Suspects } from './suspects.js';
import { Telling } from './telling.js';
import { type ContextParts, turnContext } from './turn-context.js';
import { concernedBy, isInOthersWay, pauseOf, replyTo, type Work, workOf } from './work.js';

interface Answered {
  draft: Draft;
  context: TurnContext;
}

interface Tried {
  /** Ids of messages: only these fail with it. */
  covers: string[];
  /** What models were asked since its last step. */
  made: ModelCall[];
  /** Unix ms. */
  startedAt: number;
}

/** A turn that is to be taken, if nothing speaks against it. */
interface Claimed {
  run: Run;
  claim: Claim;
  work: Work;
  room: RoomState;
  agent: Agent;
  startedAt: number;
}

export interface WorkerParts extends ContextParts, CommittingParts {
  rooms: Rooms;
  taker: TurnTaker;
  outages: Outages;
  held: Pick<HeldDecisions, 'setAside'>;
  heldRooms: Pick<HeldRooms, 'of' | 'exactly' | 'keepLooking' | 'onChange'>;
  switches: Pick<Switches, 'check' | 'tools' | 'keepLooking' | 'onChange'>;
  /** Called before every attempt. @param first of the messages that it covers */
  started(turn: TurnCheckpoint, first: Memory): void;
  /** Undefined: it does not run, now. */
  agent(agentId: string): Agent | undefined;
}

/** Does turns: claims what a room's line has at its head, has it answered, commits, and passes the reply on. */
export class Worker {
  readonly #parts: WorkerParts;
  /** Of each room's unfinished turn, as it was last tried. */
  readonly #tried = new Map<string, Tried>();
  readonly #learning: Learning;
  readonly #suspects: Suspects;
  readonly #running: RunningTurns;
  readonly #committing: Committing;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#running = new RunningTurns(parts.switches, parts.heldRooms);
    this.#committing = new Committing(parts);
    this.#learning = new Learning(parts.log);
    this.#suspects = new Suspects((checkpoint) => parts.turns.checkpoint(checkpoint), parts.log);
  }

  start(): void {
    const parked: ParkedHandler = async (run, error) => {
      await this.#park(run, error);
      // It waits no more; should it run again, its time begins anew.
      await this.#parts.outages.over(run.roomId);
    };
    this.#parts.turnQueue.process((run) => this.#run(run), parked);
  }

  /** Ends a turn, if it runs here: it is committed as called off. */
  cancel(turnId: string): void {
    this.#running.cancel(turnId);
  }

  /** Waits so long for evaluators that still learn. Call after the queue has closed. */
  async stop(waitMs: number): Promise<void> {
    await this.#learning.stop(waitMs);
  }

  async #run(run: Run): Promise<void> {
    const startedAt = Date.now();
    const { turns, rooms, maxMessages } = this.#parts;
    const [claim, room] = await Promise.all([turns.claim(run.roomId, maxMessages), rooms.get(run.roomId)]);
    const work = await workOf(claim, room, this.#parts);
    if (!work) return;
    const agent = this.#parts.agent(work.checkpoint.agentId);
    // Its definition is gone, or not here yet: what was said to it stays until it is back; the sweeper asks again.
    if (!agent) return;
    const claimed = { run, claim, work, room, agent, startedAt };
    await spanned('turn', (span) => this.#turn(claimed, span), { of: work.asked.at(-1)!.id });
  }

  async #turn({ run, claim, work, room, agent, startedAt }: Claimed, span: Span): Promise<void> {
    const { outages, now } = this.#parts;
    const { covered, checkpoint, over } = work;
    const taken = await ceded(work, room, this.#parts.heldRooms);
    if (taken) return taken === 'rests' ? undefined : this.#cede(run, work, { startedAt });
    const covers = covered.map(({ id }) => id);
    const pause = over ? null : await pauseOf(work, this.#parts.switches);
    if (pause?.what === 'tools' && !claim.checkpoint) return this.#setAside(run, work);
    if (pause && !isInOthersWay(pause, covered[0]!)) return this.#leave(claim, checkpoint, pause, agent);
    const outage = claim.checkpoint && (await outages.of(checkpoint));
    const pauseMs = outage && !over && !pause ? outages.pauseMs(outage) : 0;
    if (outage && pauseMs > 0) return this.#later(run.roomId, covers, outage, pauseMs);
    const made: ModelCall[] = [];
    this.#tried.set(run.roomId, { covers, made, startedAt });
    const { turnId } = checkpoint;
    const attempt = run.attempt + (outage?.tries ?? 0);
    span.setAttributes({ agent: agent.id, turn: turnId, messages: covers.length, attempt });
    span.setAttribute('waited_ms', startedAt - covered[0]!.createdAt);
    const about = { turnId, roomId: run.roomId, covers, attempt };
    this.#parts.started(checkpoint, covered[0]!);
    const telling = new Telling(about, this.#parts.publish);
    const { publish, retell } = telling;
    const task = { agent, checkpoint, told: work.told, made, publish, retell, room, hold: run.hold };
    const suspect = { checkpoint, storedAt: covered[0]!.createdAt, run };
    const end = async (answered: Answered | null, pause: Pause | null = null) => {
      telling.end();
      const ended = async () =>
        withUnknown(pause ? textOf(pause, agent) : await cutOff(telling.text), checkpoint.steps);
      const text = answered?.draft.text ?? (await ended());
      const { taint } = checkpoint;
      const { files, model, usage, waiting, passedOver, recall, evaluation } = answered?.draft ?? {};
      const silent = over === 'nothing' || answered?.draft.silent;
      const reply = silent ? null : replyTo(work.asked, turnId, agent, text, { taint, files });
      const turn = turnOf(
        { ...checkpoint, covers },
        {
          ...{
            status: answered ? (waiting ? 'waiting' : 'done') : pause ? 'failed' : 'stopped',
            reply,
            startedAt,
          },
          ...(pause && { error: { code: 'paused', message: text } }),
          ...{ model: model || null, usage, attempt, waitsUntil: waiting?.until },
          ...{ passedOver, recall, evaluation, calls: made },
        },
      );
      span.setAttributes({ model: turn.model ?? '', ...turn.usage });
      await this.#commit(run, work, turn, reply);
      if (outage) await outages.over(run.roomId);
      if (answered && reply && !waiting) this.#learning.begin(turn, reply, answered.draft, answered.context);
    };
    const askedAt = now();
    const take = async () => {
      const ended = await this.#answer(task, work, run.signal);
      if ('answer' in ended) return end(ended.answer);
      return ended.hold
        ? this.#cede(run, work, { startedAt, attempt, made, said: telling.text })
        : end(null, ended.pause);
    };
    // A commit that fails is no crash either, so it belongs to the attempt.
    await (over || pause ? end(null, pause) : this.#suspects.attempt(suspect, take))
      .finally(() => telling.end())
      .catch((error) => this.#wait({ ...run, attempt }, work, askedAt, error));
  }

  /** People answer: it is over without a word. One that no message asked for goes on once the room is handed back. */
  async #cede(
    run: Run,
    work: Work,
    tried: { startedAt: number; attempt?: number; made?: ModelCall[]; said?: string },
  ): Promise<void> {
    const { checkpoint, covered } = work;
    const { startedAt, attempt = run.attempt, made = [], said = '' } = tried;
    if (checkpoint.trigger) return;
    await this.#parts.takeovers.keepDraft(checkpoint, { turnId: checkpoint.turnId, text: said });
    const covers = covered.map(({ id }) => id);
    const turn = turnOf(
      { ...checkpoint, covers },
      { status: 'stopped', reply: null, startedAt, attempt, calls: made },
    );
    await this.#commit(run, work, turn, null);
    await this.#parts.outages.over(run.roomId);
  }

  /** Another try, later, where the turn's models are away and may come back in time. @throws any other error */
  async #wait(
    run: Run,
    { asked, covered, checkpoint }: Work,
    startedAt: number,
    error: unknown,
  ): Promise<void> {
    const { turns, outages, now, log } = this.#parts;
    if (!outages.isOutage(error)) throw error;
    const { roomId } = run;
    const { turnId } = checkpoint;
    run.hold();
    // Whoever tries next sees by it that there was a try.
    await turns.checkpoint(checkpoint);
    const outage = await outages.failed({ turnId, roomId, startedAt, asked, error });
    if (!outage) return this.#park(run, error);
    const { until, tries } = outage;
    log.warn({ err: error, turnId, roomId, tries, until }, 'the models are away; the turn waits for them');
    const covers = covered.map(({ id }) => id);
    await this.#later(roomId, covers, outage, Math.max(1, until - now()));
  }

  /** It waits until it is resumed, for the sweeper to find. Whoever waits for the answer hears why there is none now. */
  #leave({ messages }: Claim, { turnId, roomId }: TurnCheckpoint, pause: Pause, agent: Agent): void {
    const covers = messages.map(({ id }) => id);
    const message = `${textOf(pause, agent)} What was said is kept, and answered then.`;
    const error = { code: 'paused', message };
    this.#parts.publish(roomId, { type: 'turn.failed', turnId, covers, reply: null, error });
  }

  /** Its room talks on. */
  async #setAside({ roomId, hold }: Run, { covered, next }: Work): Promise<void> {
    hold();
    await this.#parts.held.setAside(covered[0]!);
    await this.#parts.turnQueue.schedule(roomId, { share: next && this.#parts.shareOf(next) });
  }

  /** No place is held meanwhile. Whoever asked again in the meantime hears of it, too. */
  async #later(roomId: string, covers: string[], outage: Outage, delayMs: number): Promise<void> {
    const { turnQueue, publish, log } = this.#parts;
    const { turnId, until, error, toldAt } = outage;
    publish(roomId, { type: 'turn.waiting', turnId, covers, until, told: toldAt !== undefined, error });
    await turnQueue
      .schedule(roomId, { delayMs })
      .catch((err) => log.debug({ err, roomId }, 'left to the sweeper'));
  }

  #answer(
    task: Omit<TurnTask, 'context'>,
    work: Work,
    signal: AbortSignal,
  ): Promise<{ answer: Answered } | CalledOff> {
    const { roomId } = task.checkpoint;
    const about = { concerned: concernedBy(work), roomId, signal };
    return this.#running.take(task.checkpoint.turnId, about, async (signal) => {
      const { author: user } = work.covered[0]!;
      const context = turnContext(this.#parts, { ...task, messages: work.asked, user, signal });
      return { draft: await this.#parts.taker.answer({ ...task, context }), context };
    });
  }

  async #commit(run: Run, work: Work, turn: Turn, reply: Memory | null): Promise<void> {
    await this.#committing.commit(run, work, turn, reply);
    this.#tried.delete(run.roomId);
  }

  /** The turn has failed for good: its messages are marked so, and the person is told. */
  async #park(run: Run, error: unknown): Promise<void> {
    const { turns, maxMessages, log } = this.#parts;
    const { roomId } = run;
    try {
      const claim = await turns.claim(roomId, maxMessages);
      const tried = this.#tried.get(roomId);
      const work = await workOf(claim, {}, this.#parts, tried?.covers);
      const messages = work?.covered.length ?? 0;
      log.error({ err: error, roomId, attempts: run.attempt, messages }, 'turn failed');
      if (!work) return;
      const { asked, checkpoint } = work;
      const apology = apologyFor(error, checkpoint.steps);
      const reply = replyTo(asked, checkpoint.turnId, { id: checkpoint.agentId }, apology);
      const turn = turnOf(
        { ...checkpoint, covers: work.covered.map(({ id }) => id) },
        {
          ...{ status: 'failed', reply, error: told(error), attempt: run.attempt },
          ...{ passedOver: triedBefore(error), calls: tried?.made },
          startedAt: tried?.startedAt ?? Date.now(),
        },
      );
      await this.#commit(run, work, turn, reply);
    } catch (err) {
      const left = 'a failed turn could not be recorded; its messages stay pending and are tried again';
      log.error({ err, roomId }, left);
    } finally {
      this.#tried.delete(roomId);
    }
  }
}

const textOf = (pause: Pause, { character }: Agent) => pauseText(pause, character.name, Date.now());
