/** The facts that a turn is told, and those that somebody asks about. */
import type { Agent } from '../../core/character.js';
import type { Memory } from '../../core/memory.js';
import type { Requester } from '../../core/requester.js';
import type { Facts } from '../../store/facts.js';
import type { Search } from '../../store/search.js';
import type { Scopes } from '../scopes.js';
import { chosen } from './choosing.js';
import { isOf } from './known.js';
import type { Places } from './places.js';

/** Newest facts that are looked at. */
const mostLookedAt = 400;

export interface ToldFactsParts {
  memories: Pick<Search, 'facts'> & Pick<Facts, 'everyFact'>;
  places: Pick<Places, 'of'>;
}

export class ToldFacts {
  readonly #parts: ToldFactsParts;

  constructor(parts: ToldFactsParts) {
    this.#parts = parts;
  }

  /** Best first. @param asked what the turn answers; the last of it is whose question it is. */
  async of({ id: agentId }: Agent, scopes: Scopes, asked: readonly Memory[]): Promise<Memory[]> {
    const facts = await this.standing(agentId, scopes);
    if (facts.length === 0) return [];
    const question = asked.map(({ content }) => content.text).join('\n');
    return chosen({ facts, question, asker: asked.at(-1)! });
  }

  /** Those that hold, newest first. */
  async standing(agentId: string, { facts: scopes, person }: Scopes): Promise<Memory[]> {
    const { memories } = this.#parts;
    const [here, elsewhere] = await Promise.all([
      memories.facts(agentId, scopes, mostLookedAt),
      this.#ofPerson(agentId, person, (places) => memories.facts(agentId, places, mostLookedAt)),
    ]);
    return newestFirst(here, elsewhere);
  }

  /** Those that have ended, too. */
  async every(agentId: string, { facts: scopes, person }: Scopes): Promise<Memory[]> {
    const { memories } = this.#parts;
    const [here, elsewhere] = await Promise.all([
      memories.everyFact(agentId, scopes, mostLookedAt),
      this.#ofPerson(agentId, person, (places) => memories.everyFact(agentId, places, mostLookedAt)),
    ]);
    return newestFirst(here, elsewhere);
  }

  /** Of groups, what these accounts said of themselves. */
  async #ofPerson(
    agentId: string,
    accounts: Requester['accounts'],
    read: (scopes: string[]) => Promise<Memory[]>,
  ): Promise<Memory[]> {
    if (accounts.length === 0) return [];
    const places = await this.#parts.places.of(agentId, accounts);
    if (places.length === 0) return [];
    const found = await read(places);
    return found.filter((fact) =>
      accounts.some(({ connector, tenant, userId }) =>
        isOf(fact, { author: { id: userId }, source: { ...fact.source, connector, tenant } }),
      ),
    );
  }
}

/** Ids tell the time. */
function newestFirst(...lists: Memory[][]): Memory[] {
  const all = lists.filter((list) => list.length > 0);
  if (all.length < 2) return all[0] ?? [];
  return all.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
}
