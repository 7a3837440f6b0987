import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { Requester } from '../core/requester.js';
import type { Fresh } from './freshness.js';
import type { People } from './people.js';
import { grantsThrough, roleOfToken } from './principal.js';
import { isAtLeast, roleFor } from './role.js';
import type { Standing } from './standing.js';

type Said = Pick<Memory, 'agentId' | 'author' | 'source' | 'asker'>;

export interface RequestersParts {
  people: Pick<People, 'accountsOf'>;
  standing: Pick<Standing, 'of'>;
  kept: Fresh<Requester>;
}

/**
 * What those hold whose words turns answer. Groups of a platform count as it said with the message: who takes turns may
 * not reach it. What else they hold, and which accounts are theirs, counts as of now.
 */
export class Requesters {
  readonly #parts: RequestersParts;

  constructor(parts: RequestersParts) {
    this.#parts = parts;
  }

  of(said: Said, agent: Agent): Promise<Requester> {
    const { connector, tenant, channel } = said.source;
    const key = JSON.stringify([said.agentId, connector, tenant, channel, said.author.id, said.asker]);
    return this.#parts.kept.get(key, () => this.#read(said, agent));
  }

  /** Whether they have any role. */
  async isSomebody(said: Said, agent: Agent): Promise<boolean> {
    const { token } = said.asker ?? {};
    // It answers for whom it names, in its own tenant, and most messages over HTTP are of such.
    if (token && token.user === undefined && !token.agents && isAtLeast(roleOfToken(token), 'operator'))
      return true;
    return (await this.of(said, agent)).role !== 'guest';
  }

  async #read({ agentId, author, source, asker }: Said, agent: Agent): Promise<Requester> {
    const { people, standing } = this.#parts;
    const { connector, tenant, channel } = source;
    const account = { connector, tenant, userId: author.id };
    const [accounts, { grants: own }] = await Promise.all([
      people.accountsOf(account),
      standing.of({ account, agents: [agent], groups: asker?.groups }),
    ]);
    const grants = asker?.token ? grantsThrough(asker.token, own) : own;
    const role = roleFor(grants, { agentId, connector, tenant, channel, userId: author.id });
    return { role: role ?? 'guest', accounts };
  }
}
