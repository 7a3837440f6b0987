/** Tells operators, once a day and share, that most of a budget is used, and that all of it is. */
import type { Agent } from '../core/character.js';
import type { Author, Source } from '../core/memory.js';
import type { Logger } from '../logger.js';
import type { Budget } from './budget.js';
import type { Ledger } from './ledger.js';
import type { Cost } from './price.js';
import type { Spending } from './spending.js';
import { noticeText } from './words.js';

const levels = [100, 80] as const;

interface Addressee {
  agentId: string;
  source: Source;
  direct: boolean;
  author: Author;
}

export interface AlarmsParts {
  ledger: Ledger;
  agents(): Agent[];
  /** Durable when it resolves; sent once for `once`, whichever process tells it. */
  tell(to: Addressee, notice: { text: string }, once: string): Promise<unknown>;
  log: Logger;
}

export class Alarms {
  readonly #parts: AlarmsParts;
  /** What this process is telling. */
  readonly #telling = new Set<string>();

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
  }

  /** @param refused whether a call was refused for it: then it is used up, although a little is left. */
  look(agent: Agent, budget: Budget, id: string, spending: Spending, used: Cost, refused = false): void {
    const { tokens = Number.POSITIVE_INFINITY, usd = Number.POSITIVE_INFINITY } = budget.caps;
    const share = refused ? 1 : Math.max(used.tokens / tokens, used.usd / usd);
    const percent = levels.find((level) => share * 100 >= level);
    if (percent === undefined || percent <= (spending.told ?? 0)) return;
    const once = `budget:${id}:${percent}`;
    if (this.#telling.has(once)) return;
    this.#telling.add(once);
    const { log } = this.#parts;
    const { day, whose } = spending;
    log.warn({ budget: budget.name, day, percent }, 'a budget is used');
    void this.#tell(
      agent,
      budget.agentId === undefined && budget.per !== 'agent',
      noticeText(budget, { day, whose, percent }, used),
      once,
    )
      .then(() => this.#note(id, percent))
      .catch((err) => log.warn({ err, budget: budget.name }, 'operators could not be told of a budget'))
      .finally(() => this.#telling.delete(once));
  }

  /** In its own operators' room, or, of what all agents share, in any agent's. */
  async #tell(agent: Agent, shared: boolean, text: string, once: string): Promise<void> {
    const { agents, tell } = this.#parts;
    const candidates = [agent, ...(shared ? agents() : [])];
    const { id, character } = candidates.find((one) => one.character.operatorsRoom) ?? agent;
    if (!character.operatorsRoom) return;
    const source = { ...character.operatorsRoom, messageId: once };
    await tell({ agentId: id, source, direct: false, author: { id, bot: true } }, { text }, once);
  }

  async #note(id: string, percent: number): Promise<void> {
    await this.#parts.ledger.change(id, (spending) => {
      const isNew = spending !== null && percent > (spending.told ?? 0);
      return { next: isNew ? { ...spending, told: percent } : spending, answer: undefined };
    });
  }
}
