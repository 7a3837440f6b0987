import type { Share } from '../core/share.js';
import { Chain, type Link } from './chain.js';
import type { Slots } from './slots.js';

/** What waits in a line. */
export interface Waiting extends Link {
  share: Share;
  /** Where it stands; null: in no line. */
  ring: Ring | null;
}

/** Whose turn it is next: all tenants, the agents of one, the people of one of these, or what one person waits for. */
class Ring implements Link {
  before: Ring | null = null;
  after: Ring | null = null;
  readonly name: string;
  readonly outer: Ring | null;
  readonly named = new Map<string, Ring>();
  readonly inner = new Chain<Ring>();
  readonly waiting = new Chain<Waiting>();

  constructor(name: string, outer: Ring | null) {
    this.name = name;
    this.outer = outer;
  }

  get isEmpty(): boolean {
    return this.inner.first === null && this.waiting.first === null;
  }

  of(name: string): Ring {
    const known = this.named.get(name);
    if (known) return known;
    const ring = new Ring(name, this);
    this.named.set(name, ring);
    this.inner.push(ring);
    return ring;
  }
}

/** People looked at for somebody new, before all are left to wait for a slot that anybody may take. */
const mostLooked = 1000;

/**
 * Who waits, in turns: one of each tenant after the other, of a tenant one of each agent, of an agent one of each person,
 * and of a person what came first. Adding, removing and taking the next cost the same however many wait.
 */
export class Line {
  #tenants = new Ring('', null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(waiting: Waiting): void {
    const { tenant, agent, person } = waiting.share;
    waiting.ring = this.#tenants.of(tenant).of(agent).of(person);
    waiting.ring.waiting.push(waiting);
    this.#size++;
  }

  /** Without effect on what does not wait here. */
  remove(waiting: Waiting): void {
    this.#take(waiting, false);
  }

  clear(): void {
    this.#tenants = new Ring('', null);
    this.#size = 0;
  }

  /** Takes the next one for which a slot is free; null: there is none. */
  next(slots: Slots): Waiting | null {
    const waiting = this.#find(slots);
    if (waiting) this.#take(waiting, true);
    return waiting;
  }

  #find(slots: Slots): Waiting | null {
    if (slots.isFull) return null;
    let looked = 0;
    for (let tenant = this.#tenants.inner.first; tenant; tenant = tenant.after) {
      for (let agent = tenant.inner.first; agent; agent = agent.after) {
        if (++looked > mostLooked) return null;
        if (!slots.mayBeginAnyoneOf(agent.inner.first!.waiting.first!.share)) continue;
        for (let person = agent.inner.first; person; person = person.after) {
          const first = person.waiting.first!;
          if (slots.mayBegin(first.share)) return first;
          if (++looked > mostLooked) return null;
        }
      }
    }
    return null;
  }

  /** @param inTurn it had its turn: whoever it is of comes last now */
  #take(waiting: Waiting, inTurn: boolean): void {
    const { ring } = waiting;
    if (!ring) return;
    waiting.ring = null;
    ring.waiting.remove(waiting);
    this.#size--;
    for (let at: Ring = ring; at.outer && (at.isEmpty || inTurn); at = at.outer) {
      at.outer.inner.remove(at);
      if (at.isEmpty) at.outer.named.delete(at.name);
      else at.outer.inner.push(at);
    }
  }
}
