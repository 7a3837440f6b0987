/** Days of spending as another zone has them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spendingRecord } from '../../src/budgets/spending.js';
import { BudgetUsage } from '../../src/budgets/usage.js';
import { HubBudgets } from '../../src/core/budget.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { log, temporaryFolder } from '../store/folder.js';
import { agentOf, ask, saying, spendings, workerOn } from './workers.js';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let now = 0;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openLibsqlStore({ dataDir: folder.path, log });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const usage = { inputTokens: 60, outputTokens: 40 };
const price = { input: 1, output: 2 };
const at = (time: string) => Date.parse(time);
const budgets = [
  { per: 'hub', usd: 10, timezone: 'UTC' },
  { name: 'kiritimati', per: 'hub', tokens: 1e6, timezone: 'Pacific/Kiritimati' },
];

async function spend(...times: string[]): Promise<void> {
  for (const time of times) {
    now = at(time);
    await ask(workerOn(store, { budgets, now: () => now }), saying('hi', usage, { price }));
  }
}

function ledger(): BudgetUsage {
  const { agents, records } = {
    agents: () => [agentOf()],
    records: spendingRecord.in(store.records, log),
  };
  return new BudgetUsage({ records, budgets: HubBudgets.parse(budgets), agents, now: () => now });
}

async function usageOf(timeZone: string, day?: string, budget = 'hub', limit = 1) {
  const all = [];
  let cursor: string | undefined;
  do {
    const page = await ledger().list({ day, timeZone, limit, cursor });
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const found = all.filter((share) => share.budget === budget);
  expect(found.length).toBeLessThan(2);
  return found[0] ?? null;
}

const tokens = async (zone: string, day?: string, budget?: string) =>
  (await usageOf(zone, day, budget))?.spent.tokens ?? 0;

function daysFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, day) =>
    new Date(at(`${first}T00:00:00Z`) + day * 86_400_000).toISOString().slice(0, 10),
  );
}

describe('[seen.17] the cost of a day', () => {
  it('is of the day that the viewer has, at 00:39 in UTC+5:30 and at 21:30 in UTC-8', async () => {
    // 23:09 and 19:09 UTC of the 10th: 04:39 and 00:39 of the 11th in Kolkata.
    await spend('2026-02-10T18:29:00Z', '2026-02-10T19:09:00Z');
    expect(await tokens('Asia/Kolkata')).toBe(100);
    expect(await tokens('Asia/Kolkata', '2026-02-10')).toBe(100);
    expect(await tokens('UTC')).toBe(200);
    // 21:30 of the 10th in Los Angeles, which is the 11th in UTC.
    await spend('2026-02-11T05:30:00Z');
    expect(await tokens('America/Los_Angeles')).toBe(300);
    expect(await tokens('America/Los_Angeles', '2026-02-11')).toBe(0);
    expect(await tokens('Asia/Kathmandu', '2026-02-11')).toBe(300);
    const shown = await usageOf('America/Los_Angeles');
    expect(shown).toMatchObject({ day: '2026-02-10', calls: 3, ends: at('2026-02-11T08:00:00Z'), caps: {} });
    expect(shown!.spent.usd).toBeCloseTo(0.00042, 9);
  });

  it.each([
    ['Europe/Berlin', '2026-03-26'],
    ['America/Los_Angeles', '2026-03-06'],
    ['Asia/Kathmandu', '2026-03-26'],
    ['Australia/Lord_Howe', '2026-04-02'],
    ['Pacific/Pago_Pago', '2026-03-26'],
    ['Pacific/Kiritimati', '2026-03-26'],
    ['UTC', '2026-03-26'],
  ])('sums over days to the ledger, over a change of the clock: %s', async (zone, first) => {
    const hours = Array.from({ length: 40 }, (_, hour) =>
      new Date(at(`${first}T00:10:00Z`) + (48 + hour * 2.75) * 3_600_000).toISOString(),
    );
    await spend(...hours);
    for (const budget of ['hub', 'kiritimati']) {
      const ledger = (await spendings(store)).filter((one) => one.budget === budget);
      const days = await Promise.all(daysFrom(first, 12).map((day) => tokens(zone, day, budget)));
      expect(days.reduce((sum, one) => sum + one, 0)).toBe(4000);
      expect(ledger.reduce((sum, one) => sum + one.tokens, 0)).toBe(4000);
      // As clocks there show the days of each call.
      const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
      const expected = daysFrom(first, 12).map(
        (day) => hours.filter((time) => format.format(at(time)) === day).length * 100,
      );
      expect(days).toEqual(expected);
    }
  });

  it('has what older hubs have noted by the day alone, once', async () => {
    const records = spendingRecord.in(store.records, log);
    await spend('2026-02-10T12:00:00Z');
    await records.change('hub/2026-02-10/hub', (found) => ({
      ...{ ...found!, tokens: found!.tokens + 900, calls: found!.calls + 9 },
      reserved: { old: { tokens: 70, usd: 0, until: now - 1, likely: { tokens: 50, usd: 0 } } },
    }));
    for (const zone of ['Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Kiritimati', 'UTC']) {
      const days = await Promise.all(daysFrom('2026-02-07', 7).map((day) => tokens(zone, day)));
      expect(days.reduce((sum, one) => sum + one, 0)).toBe(1050);
    }
  });

  it('shows all on the first page, although the day is in five of the budgets’', async () => {
    await spend('2026-06-10T12:00:00Z');
    const page = await ledger().list({ timeZone: 'UTC', limit: 50 });
    expect(page.items.map(({ budget }) => budget).sort()).toEqual(['hub', 'kiritimati']);
    expect(page.nextCursor).toBeNull();
    now = at('2026-07-10T12:00:00Z');
    expect(await ledger().list({ timeZone: 'UTC', limit: 50 })).toEqual({ items: [], nextCursor: null });
  });

  it('shows limits where the days of both are the same', async () => {
    await spend('2026-02-10T12:00:00Z');
    expect(await usageOf('UTC')).toMatchObject({ caps: { usd: 10 } });
    expect(await usageOf('Asia/Kolkata')).toMatchObject({ caps: {} });
  });
});
