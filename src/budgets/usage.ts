/** What was spent, for operators. */
import type { HubBudget } from '../core/budget.js';
import type { Agent } from '../core/character.js';
import { localDay } from '../core/local-day.js';
import { type Page, type PageRequest, unknownCursor } from '../store/paging.js';
import type { TypedRecords } from '../store/record.js';
import { type Budget, budgetsOf, type Caps, type Whose } from './budget.js';
import type { Cost } from './price.js';
import { type Spending, usedOf } from './spending.js';

/** Of one share of a budget, on one day. */
export interface ShareUsage {
  budget: string;
  day: string;
  whose: Whose;
  spent: Cost;
  /** What calls under way may cost besides. */
  reserved: Cost;
  /** As the settings say now; empty: they have no such budget any more. */
  caps: Caps;
  calls: number;
  estimated: number;
  ends: number;
}

export interface UsageParts {
  records: TypedRecords<Spending>;
  /** Of the hub. */
  budgets: readonly HubBudget[];
  agents(): Agent[];
  /** Unix ms. */
  now(): number;
}

export class BudgetUsage {
  readonly #parts: UsageParts;

  constructor(parts: UsageParts) {
    this.#parts = parts;
  }

  /** @param day absent: the days that it is now where the budgets are. A page may be short. */
  async list({ day, limit, cursor }: PageRequest & { day?: string | undefined }): Promise<Page<ShareUsage>> {
    const budgets = this.#budgets();
    const days = day === undefined ? this.#today([...budgets.values()]) : [day];
    const [now, after] = cursor === undefined ? [days[0]!, undefined] : placeIn(cursor);
    const found = await this.#parts.records.list({ group: now, limit, cursor: after });
    // Elsewhere that day may be over.
    const shown = found.items.filter(({ value }) => day !== undefined || value.ends > this.#parts.now());
    const next = days[days.indexOf(now) + 1];
    const rest = found.nextCursor !== null ? `${now}.${found.nextCursor}` : next && `${next}.`;
    return {
      items: shown.map(({ value }) => this.#shown(value, budgets.get(value.budget)?.caps ?? {})),
      nextCursor: rest ?? null,
    };
  }

  #shown({ budget, day, whose, calls, estimated, ends, ...spending }: Spending, caps: Caps): ShareUsage {
    const used = usedOf({ budget, day, whose, calls, estimated, ends, ...spending }, this.#parts.now());
    return { budget, day, whose, ...used, caps, calls, estimated, ends };
  }

  #budgets(): Map<string, Budget> {
    const { agents, budgets } = this.#parts;
    const all = agents().flatMap((agent) => budgetsOf(agent, budgets));
    return new Map(all.map((budget) => [budget.name, budget]));
  }

  #today(budgets: Budget[]): string[] {
    const zones = budgets.length > 0 ? budgets.map(({ timezone }) => timezone) : ['UTC'];
    const days = zones.map((zone) => localDay(this.#parts.now(), zone).date);
    return [...new Set(days)].sort();
  }
}

/** The day, and where in its list. */
function placeIn(cursor: string): [day: string, after: string | undefined] {
  const [, day, after] = /^(\d{4}-\d\d-\d\d)\.(.*)$/.exec(cursor) ?? [];
  if (day === undefined) throw unknownCursor();
  return [day, after || undefined];
}
