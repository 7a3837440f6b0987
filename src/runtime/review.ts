/** Whether a draft may be sent: asked of the agent's evaluation and of its plugins' evaluators, with one revision. */
import type { TurnTask } from '../agents/agent-type.js';
import type { EvaluationRecord } from '../core/evaluation-record.js';
import { addUsage, type Usage } from '../core/turn.js';
import type { Evaluated, Evaluation } from '../evaluation/evaluation.js';
import type { LanguageModel, ModelRequest } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { Abilities } from './abilities.js';
import { adviceOn } from './evaluator-manager.js';
import type { Generated } from './generate.js';
import { materialOf } from './material.js';
import type { Composed } from './transcript.js';
import type { Voice } from './voice.js';

export interface ReviewParts {
  task: TurnTask;
  abilities: Pick<Abilities, 'evaluators'>;
  request: Composed;
  voice: Voice;
  /** What the record says who wrote is kept in it. */
  answer: Generated;
  evaluation: Pick<Evaluation, 'judge' | 'asks'>;
  /** What its scores count for. */
  subject(): { version: string; topic: string };
  /** Writes it once more; null: there is no second draft of it. */
  revise: ((advice: string) => Promise<Generated>) | null;
  /** For the judge. */
  pay(model: LanguageModel, request: ModelRequest, signal: AbortSignal): Promise<LanguageModel>;
  log: Logger;
}

export interface Reviewed {
  usage: Usage;
  /** Absent: the agent asks for nothing. */
  record?: EvaluationRecord;
}

export async function review(parts: ReviewParts): Promise<Reviewed> {
  const { task, abilities, voice, answer, evaluation, revise } = parts;
  const { agent, context } = task;
  if (!evaluation.asks(agent)) return plainly(parts);
  const first = await judge(parts);
  const others = revise && (await adviceOn(voice.text, abilities.evaluators, context, parts.log));
  const { usage } = answer;
  if (first.passes && others === null) return ended(parts, 'sent', [first], usage);
  const advice = [others, first.advice].filter((text) => text !== null).join('\n');
  // Where a draft cannot be judged, another one could not be either.
  if (!revise || (!first.passes && first.advice === null)) return safely(parts, [first], usage);
  const said = answer.text;
  voice.discard();
  const revised = await revise(advice);
  const spent = addUsage(usage, revised.usage);
  if (revised.model === '') {
    if (!first.passes) return safely(parts, [first], spent);
    voice.discard();
    voice.write(said);
    return ended(parts, 'sent', [first], spent);
  }
  Object.assign(answer, { model: revised.model, passedOver: revised.passedOver });
  const second = await judge(parts);
  return second.passes
    ? ended(parts, 'revised', [first, second], spent)
    : safely(parts, [first, second], spent);
}

/** Plugins' evaluators alone: the second draft is taken as it is. */
async function plainly(parts: ReviewParts): Promise<Reviewed> {
  const { task, abilities, voice, answer, revise, subject, log } = parts;
  const { agent } = task;
  const advice = revise && (await adviceOn(voice.text, abilities.evaluators, task.context, log));
  const record = known(subject, agent);
  if (!revise || advice === null) return { usage: answer.usage, ...record };
  voice.discard();
  const revised = await revise(advice);
  // None was written: what there was is said.
  if (revised.model === '') {
    voice.discard();
    voice.write(answer.text);
  } else {
    // The record says who wrote what is sent.
    Object.assign(answer, { model: revised.model, passedOver: revised.passedOver });
  }
  return { usage: addUsage(answer.usage, revised.usage), ...record };
}

/** What is thought of it later counts for its topic. */
function known(subject: ReviewParts['subject'], { character }: TurnTask['agent']): Pick<Reviewed, 'record'> {
  if (Object.keys(character.evaluation.topics).length === 0) return {};
  return { record: { ...subject(), findings: [] } };
}

async function judge({ task, request, voice, evaluation, pay }: ReviewParts): Promise<Evaluated> {
  const { agent, context, checkpoint } = task;
  const draft = {
    text: voice.text,
    asked: context.messages.map(({ content }) => content.text).join('\n'),
    given: materialOf(request, checkpoint.steps),
    removed: voice.removed(),
  };
  return evaluation.judge(draft, agent, { pay, signal: context.signal });
}

/** Neither draft is said. */
function safely(parts: ReviewParts, judged: Evaluated[], usage: Usage): Reviewed {
  const { task, voice, answer, revise, log } = parts;
  const { agent, context } = task;
  const findings = judged.at(-1)!.findings;
  log.warn({ agentId: agent.id, turnId: context.turnId, findings }, 'a reply was not sent: it did not pass');
  voice.discard();
  // What waits for a decision says so itself.
  if (revise) voice.say(agent.character.evaluation.onFailure);
  // No model wrote it, and nobody learns from it.
  Object.assign(answer, { model: '' });
  return ended(parts, 'safe', judged, usage);
}

function ended(
  { subject }: ReviewParts,
  outcome: EvaluationRecord['outcome'],
  judged: Evaluated[],
  usage: Usage,
): Reviewed {
  const { score } = judged.at(-1)!;
  return {
    usage: judged.reduce((sum, one) => addUsage(sum, one.usage), usage),
    record: {
      ...subject(),
      ...(outcome && { outcome }),
      findings: judged.flatMap(({ findings }, at) => findings.map((one) => ({ ...one, draft: at + 1 }))),
      ...(score !== undefined && { score }),
    },
  };
}
