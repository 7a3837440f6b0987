/** What is wrong with budgets, as far as only agents and models show it. */
import { budgetsOf } from '../budgets/budget.js';
import type { Config } from '../config.js';
import type { Agent } from '../core/character.js';
import type { LanguageModel } from '../llm/llm.js';
import { suggestion } from '../nearest.js';
import type { Problem } from './problem.js';

type Found = Pick<Problem, 'field' | 'message'>;

/** Models that are not asked, since a budget is in money and nobody knows what they cost. */
export async function unpricedModels(
  agent: Agent,
  { budgets }: Pick<Config, 'budgets'>,
  models: { get(ref: string): Promise<LanguageModel>; refs(agent: Agent): string[] },
): Promise<Found[]> {
  const inMoney = budgetsOf(agent, budgets).find(({ caps }) => caps.usd !== undefined);
  if (!inMoney) return [];
  const found = await Promise.all(
    models.refs(agent).map(async (ref): Promise<Found[]> => {
      // Why one cannot be made is told already.
      const model = await models.get(ref).catch(() => null);
      if (!model || model.abilities.price) return [];
      const message = `the price of "${ref}" is not known, and the budget "${inMoney.name}" is in money: say it in endpoints.NAME.models, 0 where it costs nothing`;
      return [{ field: 'models', message }];
    }),
  );
  return found.flat();
}

/** Budgets of agents that there are not. */
export function nobodysBudgets({ budgets }: Pick<Config, 'budgets'>, agents: Agent[]): Found[] {
  const ids = agents.map(({ id }) => id);
  return budgets.flatMap(({ agent }, at): Found[] =>
    agent === undefined || ids.length === 0 || ids.includes(agent)
      ? []
      : [{ field: `budgets.${at}.agent`, message: `there is no agent "${agent}"${suggestion(agent, ids)}` }],
  );
}
