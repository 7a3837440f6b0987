import type { Switches } from '../access/switches.js';
import type { Draft, TurnTaker, TurnTask } from '../agents/agent-type.js';
import { awaitedIn } from '../approvals/approval.js';
import type { Asking } from '../approvals/asking.js';
import { clocked } from '../budgets/call-clock.js';
import { isBudgetSpent } from '../budgets/purse.js';
import type { Purses } from '../budgets/purses.js';
import type { Checks } from '../checks/checks.js';
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import { type ActionState, addUsage, type TurnCheckpoint, type TurnStep } from '../core/turn.js';
import { whileAway } from '../core/while-away.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import type { LanguageModel, ModelRequest } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { secretNotice } from '../memory/secrets.js';
import type { Abilities, AbilityLoader } from './abilities.js';
import type { ActionManager, ActionWatcher } from './action-manager.js';
import { Citations } from './citations.js';
import type { Cooling } from './cooling.js';
import { type Generated, generate } from './generate.js';
import type { AnswerLimits } from './patience.js';
import { plannedStep } from './planned-step.js';
import type { PromptFitter } from './prompt-fitter.js';
import { type Reviewed, review } from './review.js';
import type { StateManager } from './state-manager.js';
import { stuckOn, stuckText, unknownText } from './stuck.js';
import { trustedResults } from './taint.js';
import { type Composed, stepMessages } from './transcript.js';
import { transformed } from './transformed.js';
import { newActions, newlyUnknown } from './turn-actions.js';
import { Voice } from './voice.js';

export interface MessageManagerParts {
  state: StateManager;
  fitter: PromptFitter;
  abilities: AbilityLoader;
  /** The agent's models, to be tried in order, a preferred one first; never empty. */
  chain(agent: Agent, preferred?: string): Promise<LanguageModel[]>;
  cooling: Cooling;
  checks: Checks;
  evaluation: Pick<Evaluation, 'judge' | 'asks'>;
  purses: Pick<Purses, 'of'>;
  switches: Pick<Switches, 'look'>;
  actions: Pick<ActionManager, 'run'>;
  asking: Pick<Asking, 'notice'>;
  checkpoint(checkpoint: TurnCheckpoint): Promise<void>;
  limits: AnswerLimits;
  /** Model calls that may ask for actions; the one after them must answer. */
  maxSteps: number;
  log: Logger;
}

const silence: Generated = {
  text: '',
  calls: [],
  usage: { inputTokens: 0, outputTokens: 0 },
  model: '',
  passedOver: [],
};

const isOver: ReadonlySet<ActionState> = new Set(['done', 'failed', 'denied', 'unknown']);

/** How the hub itself takes a turn from its messages to a draft: compose, then generate and act until the model answers, then evaluate. */
export class MessageManager implements TurnTaker {
  readonly #parts: MessageManagerParts;

  constructor(parts: MessageManagerParts) {
    this.#parts = parts;
  }

  async answer(task: TurnTask): Promise<Draft> {
    const { agent, context, checkpoint, room } = task;
    const abilities = await this.#parts.abilities.of(agent);
    const request = await this.#parts.state.compose(agent, abilities, context, room, checkpoint.steps);
    const held =
      this.#parts.evaluation.asks(agent) ||
      abilities.transforming.length > 0 ||
      abilities.evaluators.some(({ judge }) => judge);
    const { steps } = checkpoint;
    const vouched = () => [...request.vouched, ...trustedResults(steps, abilities.actions)];
    const { turnId, taint } = context;
    const checks = this.#parts.checks.on(agent, { turnId, taint, internal: request.internal }, vouched);
    const voice = new Voice(task, held, checks, new Citations(request.passages ?? []));
    const awaits = await this.#resume(task, abilities, voice);
    const answer = awaits
      ? await this.#meanwhile(task, request, voice)
      : await this.#converse(task, abilities, request, voice);
    const awaited = awaitedIn(checkpoint.steps);
    const waiting = awaited.length > 0 ? await this.#parts.asking.notice(awaited) : null;
    const reviewed = await this.#review(task, abilities, request, voice, answer, waiting !== null);
    for (const action of newlyUnknown(task)) {
      voice.pause();
      voice.say(unknownText(action));
    }
    if (waiting) {
      voice.pause();
      voice.say(waiting.text);
    }
    const secrets = secretNotice(context.messages, voice.text);
    if (secrets && !waiting) {
      voice.pause();
      voice.say(secrets);
    }
    voice.nameSources();
    const files = newActions(task).flatMap(({ files = [] }) => files);
    return {
      text: voice.release(await transformed(voice.text, abilities.transforming, context)),
      model: answer.model,
      ...{ passedOver: answer.passedOver, recall: request.recall, evaluation: reviewed.record },
      ...(files.length > 0 && { files }),
      usage: checkpoint.steps.reduce((sum, step) => addUsage(sum, step.usage), reviewed.usage),
      ...(waiting
        ? { evaluators: [], waiting: { until: waiting.until } }
        : { evaluators: answer.model === '' ? [] : abilities.evaluators }),
    };
  }

  /** Says again what an earlier attempt said, and finishes the actions it left open; whether some need a decision. */
  async #resume(task: TurnTask, abilities: Abilities, voice: Voice): Promise<boolean> {
    let awaits = false;
    for (const [index, step] of task.checkpoint.steps.entries()) {
      if (index >= (task.told ?? 0)) voice.repeat(step.text);
      voice.pause();
      awaits = await this.#act(task, abilities, step, index, voice);
    }
    return awaits;
  }

  async #converse(task: TurnTask, abilities: Abilities, request: Composed, voice: Voice): Promise<Generated> {
    const { steps } = task.checkpoint;
    for (;;) {
      const stuck = stuckOn(steps);
      if (stuck) {
        voice.pause();
        voice.say(stuckText(stuck));
        return silence;
      }
      const mayAct = steps.length < this.#parts.maxSteps;
      const messages = [...request.messages, ...stepMessages(steps)];
      const generated = await this.#generate(
        task,
        { ...request, messages, tools: mayAct ? request.tools : [] },
        voice,
      );
      if (generated.calls.length === 0) return generated;
      if (!mayAct) {
        if (voice.text.trim() === '') voice.say(`I did not get done with this in ${steps.length} steps.`);
        return generated;
      }
      const step = plannedStep(generated, steps, task.made.splice(0));
      steps.push(step);
      voice.pause();
      if (await this.#act(task, abilities, step, steps.length - 1, voice))
        return this.#meanwhile(task, request, voice, generated);
    }
  }

  /** What the calls gave that need no decision does not wait for those that do: the model says it now. */
  async #meanwhile(
    task: TurnTask,
    request: ModelRequest,
    voice: Voice,
    before: Generated = silence,
  ): Promise<Generated> {
    const { steps } = task.checkpoint;
    if (!steps.at(-1)!.actions.some(({ state }) => isOver.has(state)))
      return { ...before, usage: silence.usage };
    const messages = [...request.messages, ...stepMessages(steps)];
    return this.#generate(task, { ...request, messages, tools: [] }, voice);
  }

  async #generate(task: TurnTask, request: ModelRequest, voice: Voice): Promise<Generated> {
    const { agent, context, room, hold, before: mayGoOn } = task;
    const { chain, limits, fitter, cooling, switches, log } = this.#parts;
    const models = await chain(agent, room.model);
    // What was paused meanwhile ends the turn by its signal.
    await switches.look();
    await mayGoOn?.();
    context.signal.throwIfAborted();
    hold();
    const before = voice.mark();
    const purse = this.#purse(task);
    const answer = await generate(models, request, {
      limits,
      signal: context.signal,
      onText: (text) => voice.write(text),
      onVoid: () => voice.rewind(before),
      fitter,
      cooling,
      purse,
      made: (call) => task.made.push(call),
      log,
    }).catch((error) => {
      if (!isBudgetSpent(error)) throw error;
      // A turn ends with it politely: what it has done is done.
      voice.rewind(before);
      voice.say(error.message);
      return { ...silence, text: error.message };
    });
    // As it was shown: what was taken out of it is told to no model, and kept nowhere.
    return { ...answer, text: voice.since(before) };
  }

  async #act(
    task: TurnTask,
    { actions }: Abilities,
    step: TurnStep,
    index: number,
    { checks }: Voice,
  ): Promise<boolean> {
    const { context, checkpoint, publish, hold, before } = task;
    const { turnId } = context;
    const watcher: ActionWatcher = {
      record: async () => {
        hold();
        await whileAway(context.signal, () => this.#parts.checkpoint(checkpoint));
        // What comes next is the action: the room may have been lost while the store wrote.
        hold();
      },
      started: ({ callId, name, arguments: args }) =>
        publish({ type: 'action.started', turnId, callId, name, arguments: args }),
      finished: ({ callId, name, ok, result }) =>
        publish({
          ...{ type: 'action.finished', turnId, callId, name, ok },
          result: checks.withoutSecrets(result),
        }),
    };
    const { steps } = checkpoint;
    return this.#parts.actions.run({ step, index, steps, actions, context, watcher, checks, before });
  }

  /** @param waiting a part of it: there is no second draft */
  async #review(
    task: TurnTask,
    abilities: Abilities,
    request: Composed,
    voice: Voice,
    answer: Generated,
    waiting: boolean,
  ): Promise<Reviewed> {
    const { evaluation, log } = this.#parts;
    // What the hub says itself is not judged.
    if (answer.model === '' || (waiting && voice.text.trim() === '')) return { usage: answer.usage };
    const { steps } = task.checkpoint;
    const purse = this.#purse(task);
    return review({
      ...{ task, abilities, request, voice, answer, evaluation, log },
      subject: () => request.subject,
      pay: async (model, asked, signal) =>
        clocked(purse ? await purse.open(model, asked, signal) : model, 'judge', (call) =>
          task.made.push(call),
        ),
      revise: waiting
        ? null
        : (advice) => {
            const messages: ModelRequest['messages'] = [
              ...request.messages,
              ...stepMessages(steps),
              { role: 'assistant', text: answer.text },
              { role: 'user', text: `Before this is sent, write it once more. ${advice}`, revises: true },
            ];
            return this.#generate(task, { ...request, tools: [], messages }, voice);
          },
    });
  }

  #purse({ agent, context }: TurnTask) {
    const [{ source }] = context.messages as [Memory];
    return this.#parts.purses.of({ agent, source, userId: context.user.id });
  }
}
