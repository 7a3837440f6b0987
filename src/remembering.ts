/** What agents remember besides what is said, put together. */
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import { factsOn, type KnownFacts } from './memory/facts/facts-on.js';
import type { Forgotten } from './store/forgotten.js';

interface Parts {
  engines: Pick<Engines, 'store'>;
  forgotten: Pick<Forgotten, 'has'>;
  log: Logger;
}

export interface Remembering {
  facts: KnownFacts;
}

export function rememberingOn({ engines, forgotten, log }: Parts): Remembering {
  return { facts: factsOn({ store: engines.store, forgotten, log }) };
}
