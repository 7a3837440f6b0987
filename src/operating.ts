/** What operators may ask for, put together. */

import { spendingRecord } from './budgets/spending.js';
import { BudgetUsage } from './budgets/usage.js';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import { loadedLater } from './operations/loaded-later.js';
import type { OperationParts } from './operations/operation.js';
import type { Caller } from './operations/operations.js';

interface Parts extends Omit<OperationParts, 'usage'> {
  config: Pick<Config, 'budgets'>;
  log: Logger;
}

/** Loaded when the first one is asked for: a hub should start soon. */
export function operationsOn({ config, log, ...parts }: Parts): Caller {
  return loadedLater(async () => {
    const { Operations } = await import('./operations/operations.js');
    const usage = new BudgetUsage({
      ...{ records: spendingRecord.in(parts.store.records, log), budgets: config.budgets },
      ...{ agents: () => parts.agents.list(), now: parts.now },
    });
    return new Operations({ ...parts, usage }, log);
  });
}
