/** Facts, put together on one store. */
import type { Logger } from '../../logger.js';
import type { Forgotten } from '../../store/forgotten.js';
import type { Store } from '../../store/store.js';
import { FactKeeper } from './keeper.js';
import { Places } from './places.js';
import { ToldFacts } from './told-facts.js';

export interface KnownFacts {
  readonly keeper: FactKeeper;
  readonly told: ToldFacts;
}

interface Parts {
  store: Pick<Store, 'memories' | 'records'>;
  forgotten: Pick<Forgotten, 'has'>;
  log: Logger;
}

export function factsOn({ store, forgotten, log }: Parts): KnownFacts {
  const { memories, records } = store;
  const places = new Places(records, log);
  const keeper = new FactKeeper({ memories, forgotten, placed: (fact) => places.add(fact) });
  return { keeper, told: new ToldFacts({ memories, places }) };
}
