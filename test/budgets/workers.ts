/** Workers that pay from budgets, reduced to that: each with a ledger of its own over a store. */
import type { Account } from '../../src/access/account.js';
import { Purses, type PursesParts } from '../../src/budgets/purses.js';
import { type Spending, spendingRecord } from '../../src/budgets/spending.js';
import { HubBudgets } from '../../src/core/budget.js';
import type { Agent } from '../../src/core/character.js';
import { Character } from '../../src/core/character.js';
import type { Usage } from '../../src/core/turn.js';
import type { LanguageModel, ModelChunk, ModelRequest } from '../../src/llm/llm.js';
import { createLogger } from '../../src/logger.js';
import type { Store } from '../../src/store/store.js';

const log = createLogger('silent');

export function agentOf(more: object = {}, id = 'ada'): Agent {
  return { id, character: Character.parse({ name: 'Ada', bio: '.', ...more }) };
}

export const ann: Account = { connector: 'beach', tenant: 'default', userId: 'ann' };

export interface WorkerOptions extends Partial<Omit<PursesParts, 'budgets'>> {
  budgets?: object[];
}

export function workerOn(store: Store, { budgets = [], ...more }: WorkerOptions): Purses {
  return new Purses({
    ...{ records: spendingRecord.in(store.records, log), budgets: HubBudgets.parse(budgets) },
    ...{ platformWide: () => false, linkedWith: async () => [], agents: () => [] },
    ...{ tell: async () => {}, now: Date.now, log, ...more },
  });
}

/** What lies in the store now, of all days. */
export async function spendings(store: Store): Promise<Spending[]> {
  const found = await spendingRecord.in(store.records, log).list({ limit: 100 });
  return found.items.map(({ value }) => value);
}

export function asking(text = 'hi', maxTokens = 100): ModelRequest {
  return { system: [], messages: [{ role: 'user', text }], tools: [], maxTokens };
}

/** Says the words, and ends with this usage; null: it is cut before. */
export function saying(
  words: string,
  usage: Usage | null,
  { price, wait = async () => {}, fails }: { price?: object; wait?: () => Promise<void>; fails?: Error } = {},
): LanguageModel & { asked: ModelRequest[] } {
  const asked: ModelRequest[] = [];
  return {
    id: 'script:one',
    abilities: { sees: false, hears: false, tools: true, ...(price && { price: price as never }) },
    asked,
    async *stream(request): AsyncGenerator<ModelChunk> {
      asked.push(request);
      if (words === '' && fails) throw fails;
      if (words !== '') yield { type: 'text', text: words };
      await wait();
      if (fails) throw fails;
      if (usage) yield { type: 'end', finish: 'stop', usage };
    },
  };
}

/** One model call of somebody. @returns what people would read where there is no answer */
export async function ask(
  worker: Purses,
  model: LanguageModel,
  {
    agent = agentOf(),
    account = ann,
    channel = 'c',
    request = asking(),
    signal = new AbortController().signal,
  }: {
    agent?: Agent;
    account?: Account;
    channel?: string;
    request?: ModelRequest;
    signal?: AbortSignal;
  } = {},
): Promise<string> {
  const { connector, tenant, userId } = account;
  const purse = worker.of({ agent, source: { connector, tenant, channel }, userId });
  let said = '';
  try {
    const paid = purse ? await purse.open(model, request, signal) : model;
    for await (const chunk of paid.stream(request, signal)) if (chunk.type === 'text') said += chunk.text;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await worker.ended();
  }
  return said;
}
