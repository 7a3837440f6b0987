import type { Draft, TurnTaker, TurnTask } from '../agents/agent-type.js';
import { addOrigins } from '../core/origin.js';
import type { TurnStep, Usage } from '../core/turn.js';
import { addUsage } from '../core/turn.js';
import { roundOf, type Task } from './task.js';
import type { Tasks } from './tasks.js';
import { lastWords } from './words.js';

/** The task was halted, or is over, or at a limit: its turn ends where it is. */
class Halted extends Error {}

const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };
const silence: Draft = { text: '', model: '', usage: noUsage, evaluators: [], silent: true };

/** Takes turns of tasks, which nobody reads but for their end; all others as the hub takes them. */
export class TaskTaker implements TurnTaker {
  readonly #tasks: Tasks;
  readonly #conversational: TurnTaker;
  readonly #now: () => number;

  constructor(tasks: Tasks, conversational: TurnTaker, now: () => number) {
    this.#tasks = tasks;
    this.#conversational = conversational;
    this.#now = now;
  }

  async answer(turn: TurnTask): Promise<Draft> {
    const { context, checkpoint, told = 0 } = turn;
    const own = roundOf(context.messages);
    if (!own) return this.#conversational.answer(turn);
    const { id, round } = own;
    const { role } = await context.requester();
    const task = await this.#tasks.begin(id, round, context.turnId, role);
    if (task?.round !== round) return silence;
    if (task.taint) addOrigins(context.taint, task.taint);
    if (task.state !== 'running') return ending(id, task, silence);
    const startedAt = this.#now();
    const draft = await this.#work(turn, id, round);
    const after = await this.#tasks.ended(id, round, {
      ...{ turnId: context.turnId, text: draft.text, taint: context.taint, waits: !!draft.waiting },
      tokens: draft.usage.inputTokens + draft.usage.outputTokens,
      workedMs: this.#now() - startedAt,
      acted: told > 0 || checkpoint.steps.some(({ actions }) => actions.length > 0),
    });
    if (draft.waiting) return draft;
    return ending(id, after?.round === round ? after : null, draft);
  }

  async #work(turn: TurnTask, id: string, round: number): Promise<Draft> {
    const { checkpoint, context } = turn;
    try {
      return await this.#conversational.answer({
        ...turn,
        // What it says on the way is for itself.
        publish: (event) => event.type !== 'text.delta' && turn.publish(event),
        retell() {},
        before: async () => {
          const { inputTokens, outputTokens } = usageOf(checkpoint.steps);
          if (!(await this.#tasks.mayGoOn(id, round, inputTokens + outputTokens))) throw new Halted();
        },
      });
    } catch (error) {
      if (error instanceof Halted) return { ...silence, usage: usageOf(checkpoint.steps) };
      await this.#tasks.interrupted(id, context.turnId).catch(() => {});
      throw error;
    }
  }
}

/** Whoever began a child reads its result themselves. */
function ending(id: string, task: Task | null, draft: Draft): Draft {
  const said = task && task.parent === undefined ? lastWords(id, task) : '';
  const text = said || (draft.files ? `${id}:` : '');
  return { ...draft, text, silent: text === '', evaluators: [] };
}

function usageOf(steps: readonly TurnStep[]): Usage {
  return steps.reduce((sum, { usage }) => addUsage(sum, usage), noUsage);
}
