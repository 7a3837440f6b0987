import type { Share } from '../core/share.js';

const kinds = ['person', 'agent', 'tenant'] as const;
type Kind = (typeof kinds)[number];
type PerKind<T> = Record<Kind, T>;

/**
 * With fewer slots, none is set aside for this kind, since too few would be left for all. Tenants may take what is set
 * aside for agents then.
 */
const fewest: PerKind<number> = { person: 2, agent: 4, tenant: 16 };
/** The part of all slots that is set aside for one kind, at most. */
const part = 1 / 8;

/**
 * The slots of this process, and who has them. A few are set aside: some for a person who has nothing running, some for
 * an agent that has nothing running, some for such a tenant. Whoever has taken all others leaves these, so that somebody
 * new finds one at once. For agents and tenants these are as many as are known here: a hub with one agent shall not
 * keep an eighth of what it has for others.
 */
export class Slots {
  readonly #total: number;
  readonly #most: number;
  /** How many of each kind's have something running, by name. */
  readonly #has: PerKind<Map<string, number>> = { person: new Map(), agent: new Map(), tenant: new Map() };
  /** As many as matter. */
  readonly #known = { agent: new Set<string>(), tenant: new Set<string>() };
  #running = 0;
  /** Free ones that anybody may take. */
  #open: number;
  /** Set aside for each kind, and how many of these are taken. */
  readonly #aside: PerKind<number> = { person: 0, agent: 0, tenant: 0 };
  readonly #taken: PerKind<number> = { person: 0, agent: 0, tenant: 0 };

  constructor(total: number) {
    this.#total = total;
    this.#open = total;
    this.#most = Math.max(1, Math.floor(total * part));
    this.#setAside();
  }

  get running(): number {
    return this.#running;
  }

  get isFull(): boolean {
    return this.#running >= this.#total;
  }

  /** Whether there is a slot for anybody. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** Whether a slot is free that this one may take. */
  mayBegin(share: Share): boolean {
    return this.isOpen || this.#asideFor(share) !== undefined;
  }

  /** Whether one is free for this agent in this tenant, if it were for somebody new. */
  mayBeginAnyoneOf({ tenant, agent }: Pick<Share, 'tenant' | 'agent'>): boolean {
    return this.isOpen || this.#asideFor({ tenant, agent, person: '' }) !== undefined;
  }

  /** How much of what runs here is this person's. */
  runningOf(person: string): number {
    return this.#has.person.get(person) ?? 0;
  }

  begin(share: Share): void {
    const aside = this.isOpen ? undefined : this.#asideFor(share);
    if (aside) this.#taken[this.#asideOf(aside)]++;
    else this.#open--;
    this.#running++;
    for (const kind of kinds) {
      const has = this.#has[kind];
      has.set(share[kind], (has.get(share[kind]) ?? 0) + 1);
    }
  }

  /** What was set aside is free first, whoever ends: the others can have any. */
  end(share: Share): void {
    const aside = kinds.findLast((kind) => this.#taken[kind] > 0);
    if (aside) this.#taken[aside]--;
    else this.#open++;
    this.#running--;
    for (const kind of kinds) {
      const has = this.#has[kind];
      const count = has.get(share[kind])! - 1;
      if (count > 0) has.set(share[kind], count);
      else has.delete(share[kind]);
    }
    this.#setAside();
  }

  /** Call it with all that come. */
  know({ tenant, agent }: Share): void {
    const { agent: agents, tenant: tenants } = this.#known;
    const before = agents.size + tenants.size;
    if (agents.size < this.#most) agents.add(agent);
    if (tenants.size < this.#most) tenants.add(tenant);
    if (agents.size + tenants.size > before) this.#setAside();
  }

  /** For whoever decides elsewhere: for whom slots are free, and who has some. */
  toJSON() {
    return {
      open: this.isOpen,
      left: kinds.filter((kind) => this.#isLeft(kind)),
      has: Object.fromEntries(kinds.map((kind) => [kind, [...this.#has[kind].keys()]])),
    };
  }

  #asideFor(share: Share): Kind | undefined {
    return kinds.find((kind) => this.#isLeft(kind) && !this.#has[kind].has(share[kind]));
  }

  #isLeft(kind: Kind): boolean {
    const from = this.#asideOf(kind);
    return this.#taken[from] < this.#aside[from];
  }

  /** Which slots are set aside for this kind. */
  #asideOf(kind: Kind): Kind {
    return kind === 'tenant' && this.#total < fewest.tenant ? 'agent' : kind;
  }

  /** As far as slots are free for that. */
  #setAside(): void {
    const { agent, tenant } = this.#known;
    this.#setAsideFor('person', this.#most);
    this.#setAsideFor('agent', Math.max(1, agent.size));
    this.#setAsideFor('tenant', Math.max(1, tenant.size));
  }

  #setAsideFor(kind: Kind, wanted: number): void {
    if (this.#total < fewest[kind]) return;
    for (; this.#aside[kind] < wanted && this.#open > 0; this.#open--) this.#aside[kind]++;
  }
}

/** A room of which nobody knows whose it is counts for itself. */
export function ownShare(roomId: string): Share {
  return { tenant: roomId, agent: roomId, person: roomId };
}
