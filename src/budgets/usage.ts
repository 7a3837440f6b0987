/** What was spent, for operators. */
import type { HubBudget } from '../core/budget.js';
import type { Agent } from '../core/character.js';
import { dayIn, localDay } from '../core/local-day.js';
import { type Page, type PageRequest, unknownCursor } from '../store/paging.js';
import type { TypedRecords } from '../store/record.js';
import { type Budget, budgetsOf, type Caps, type Whose } from './budget.js';
import type { Cost } from './price.js';
import { type Spending, usedOf } from './spending.js';
import { type Part, partOf, summed } from './usage-in-zone.js';

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

  /**
   * @param day absent: the days that it is now where the budgets are, or in `timeZone`. A page may be short.
   * @param timeZone whose day it is; absent: each budget's own.
   */
  async list({
    day,
    timeZone,
    limit,
    cursor,
  }: PageRequest & { day?: string | undefined; timeZone?: string | undefined }): Promise<Page<ShareUsage>> {
    if (timeZone !== undefined)
      return this.#listIn(timeZone, day ?? localDay(this.#parts.now(), timeZone).date, { limit, cursor });
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

  /**
   * Of a day as another zone has it. It is in up to five days of the budgets': a page goes on over their ends, since most of
   * them have nothing of it.
   */
  async #listIn(timeZone: string, date: string, { limit, cursor }: PageRequest): Promise<Page<ShareUsage>> {
    const items: ShareUsage[] = [];
    let at = cursor;
    do {
      const page = await this.#pageIn(timeZone, date, { limit: limit - items.length, cursor: at });
      items.push(...page.items);
      at = page.nextCursor ?? undefined;
      // Within a day whoever asks goes on, so that no request reads without end.
    } while (at?.endsWith('.') && items.length < limit);
    return { items, nextCursor: at ?? null };
  }

  /** Of one day of the budgets'. Each share is shown where it is met first, with what the others have of it. */
  async #pageIn(timeZone: string, date: string, { limit, cursor }: PageRequest): Promise<Page<ShareUsage>> {
    const { records } = this.#parts;
    const day = { date, ...dayIn(date, timeZone) };
    const days = [-2, -1, 0, 1, 2].map((by) => dateAfter(date, by));
    const [now, after] = cursor === undefined ? [days[0]!, undefined] : placeIn(cursor);
    const at = days.indexOf(now);
    if (at < 0) throw unknownCursor();
    const found = await records.list({ group: now, limit, cursor: after });
    const budgets = this.#budgets();
    const items = await Promise.all(
      found.items.map(async ({ id, value }): Promise<ShareUsage[]> => {
        const rest = id.slice(`${value.budget}/${now}/`.length);
        const others = days.filter((other) => other !== now);
        const read = others.map(
          async (other) => (await records.get(`${value.budget}/${other}/${rest}`))?.value,
        );
        const spendings = new Map((await Promise.all(read)).map((spending, i) => [others[i]!, spending]));
        const parts = days.flatMap((other): (Part & { day: string })[] => {
          const spending = other === now ? value : spendings.get(other);
          const part = spending && partOf(spending, day, this.#parts.now());
          return part ? [{ ...part, day: other }] : [];
        });
        // It was shown where it was met before, or there is nothing of it on this day.
        if (parts[0]?.day !== now) return [];
        const same = parts.length === 1 && value.ends === day.ends;
        const caps = same ? (budgets.get(value.budget)?.caps ?? {}) : {};
        return [
          { budget: value.budget, day: date, whose: value.whose, ...summed(parts), caps, ends: day.ends },
        ];
      }),
    );
    const next = days[at + 1];
    const place = found.nextCursor !== null ? `${now}.${found.nextCursor}` : next && `${next}.`;
    return { items: items.flat(), nextCursor: place ?? null };
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

function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The day, and where in its list. */
function placeIn(cursor: string): [day: string, after: string | undefined] {
  const [, day, after] = /^(\d{4}-\d\d-\d\d)\.(.*)$/.exec(cursor) ?? [];
  if (day === undefined) throw unknownCursor();
  return [day, after || undefined];
}
