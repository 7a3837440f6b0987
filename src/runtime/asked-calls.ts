/** Calls of a step that need a decision: asked for, and looked at once more before they run. */
import { type AskedCall, approvalId } from '../approvals/approval.js';
import type { Asking } from '../approvals/asking.js';
import { newId } from '../core/ids.js';
import type { ActionRecord } from '../core/turn.js';
import type { TurnContext } from '../plugin/plugin.js';
import type { AskTerms } from '../tools/policy/terms.js';
import type { OfferedTool } from '../tools/tool.js';

/** Why a call is asked for. */
interface Grounds {
  rule: string;
  reason?: string;
  terms: AskTerms;
}

interface Looked {
  /** Which of the turn's steps it is in, from 0. */
  index: number;
  tool: OfferedTool;
  /** The arguments as the tool takes them. */
  value: unknown;
  context: TurnContext;
  grounds: Grounds;
}

const waits = 'This waits for a decision.';

export class AskedCalls {
  readonly #asking: Asking | undefined;
  /** Those that are to be opened once their step is recorded. */
  readonly #opening: AskedCall[] = [];

  /** @param asking absent: nobody keeps approvals, and calls wait for the decision about their turn */
  constructor(asking: Asking | undefined) {
    this.#asking = asking;
  }

  /** Whether a call may run that a rule asks for, since it was approved; else it waits, or is denied. */
  async look(record: ActionRecord, looked: Looked): Promise<boolean> {
    const { approved, approval } = record;
    // An older hub has asked for it, and somebody has decided about its turn.
    if (approved && (approval === undefined || !this.#asking)) return true;
    if (!this.#asking) {
      Object.assign(record, { state: 'awaiting', result: waits });
      return false;
    }
    const call = await callOf(record, looked);
    const review = approved && approval ? await this.#asking.review(approval, call) : null;
    if (review?.kind === 'run') return true;
    delete record.approved;
    if (review?.kind === 'refused') {
      Object.assign(record, { state: 'denied', result: `This was not done: ${review.why}.` });
      return false;
    }
    const result = review ? `This was not done: ${review.why}. It is asked for anew. ${waits}` : waits;
    Object.assign(record, { state: 'awaiting', result, approval: approvalId(call) });
    this.#opening.push(call);
    return false;
  }

  /** Call once the step is recorded, so that the same calls are asked for after a crash. */
  async open(): Promise<void> {
    for (const call of this.#opening) await this.#asking!.open(call);
  }
}

async function callOf(
  { callId, arguments: args }: ActionRecord,
  { index: step, tool, value, context, grounds }: Looked,
): Promise<AskedCall> {
  const { turnId, agent, messages, user, taint } = context;
  const { key, name, digest } = tool;
  const { rule, reason, terms } = grounds;
  const bound = tool.boundTo && (await boundTo(tool, value, context));
  return {
    ...{ turnId, step, callId, agentId: agent.id, message: { ...messages.at(-1)!, author: user } },
    asked: messages.map(({ id }) => id),
    ...{ tool: { key, name, digest }, arguments: args, terms, rule, taint },
    ...(reason && { reason }),
    ...(bound !== undefined && { bound }),
  };
}

async function boundTo(tool: OfferedTool, value: unknown, context: TurnContext): Promise<string> {
  try {
    return await tool.boundTo!(value, context);
  } catch {
    // Nobody knows what it is, so it is not what it was.
    return newId();
  }
}
