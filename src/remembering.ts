/** What agents remember besides what is said, put together. */
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import { Forgetting } from './memory/forgetting/forgetting.js';
import type { Forgotten } from './store/forgotten.js';

interface Parts {
  engines: Pick<Engines, 'store'>;
  forgotten: Forgotten;
  log: Logger;
}

export interface Remembering {
  forgetting: Forgetting;
}

export function rememberingOn({ engines, forgotten, log }: Parts): Remembering {
  return { forgetting: new Forgetting({ store: engines.store, forgotten, log }) };
}
