/** What pays for the model calls of one turn. */
import { FatalError } from '../errors.js';
import type { LanguageModel, ModelRequest } from '../llm/llm.js';

export interface Purse {
  /**
   * Reserves the most that the request may cost, and gives back the model to ask it of, once: what its answer has cost is
   * settled as it ends, however it ends. Waits while other calls under way have reserved what is left.
   *
   * @throws FatalError `budget_spent`, with words for whoever asked; `config_invalid` for a model whose price nobody
   * knows, where there is a budget in money; RetryableError `store_unavailable`.
   */
  open(model: LanguageModel, request: ModelRequest, signal: AbortSignal): Promise<LanguageModel>;
}

/** Its message is what people read. */
export function budgetSpent(message: string): FatalError {
  return new FatalError('budget_spent', message);
}

export function isBudgetSpent(error: unknown): error is FatalError {
  return error instanceof FatalError && error.code === 'budget_spent';
}
