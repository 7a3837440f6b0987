/** How often and how long tools are called: limits of the hub's settings and of the character; all that are about a tool count. */
import { createHash } from 'node:crypto';
import { ByteGate } from '../../core/byte-gate.js';
import type { Agent } from '../../core/character.js';
import type { PolicyLimit } from '../../core/policy-rules.js';
import type { Requester } from '../../core/requester.js';
import type { RateCounter } from '../../rate/rate.js';
import { matchesAny } from './pattern.js';

interface Limit extends PolicyLimit {
  /** Tells it from others, alike in all processes. */
  id: string;
  gate?: ByteGate;
}

const windows = [
  ['perMinute', 60],
  ['perDay', 86_400],
] as const;

export class Limits {
  readonly #hub: Limit[];
  readonly #rates: RateCounter;
  readonly #own = new WeakMap<Agent, Limit[]>();

  /** @param hub those of the settings */
  constructor(hub: readonly PolicyLimit[], rates: RateCounter) {
    this.#hub = hub.map((limit) => withId(limit, 'hub'));
    this.#rates = rates;
  }

  /** In the place of the tool's own, in ms; undefined: nothing is said. */
  timeoutMs(agent: Agent, key: string): number | undefined {
    const said = this.#about(agent, key).flatMap(({ timeoutSeconds }) => timeoutSeconds ?? []);
    return said.length > 0 ? Math.min(...said) * 1000 : undefined;
  }

  /** Why there may be no other call in this turn; null: there may. @param begun keys of those there were */
  inTurn(agent: Agent, key: string, begun: readonly string[]): string | null {
    const over = this.#about(agent, key).some(
      ({ perTurn, tool }) =>
        perTurn !== undefined && begun.filter((one) => isOf(tool, one)).length >= perTurn,
    );
    return over ? 'It was called as often as it may be for one question. Answer with what there is.' : null;
  }

  /** Counts a call, and says why it may not be made now; null: it may. */
  async count(agent: Agent, key: string, requester: () => Promise<Requester>): Promise<string | null> {
    let waitMs = 0;
    for (const limit of this.#about(agent, key))
      for (const [field, seconds] of windows) {
        const most = limit[field];
        if (most === undefined) continue;
        const whose = await whoseOf(limit, agent, requester);
        const { count, leftMs } = await this.#rates.count('tool', `${limit.id}:${whose}`, seconds);
        if (count > most) waitMs = Math.max(waitMs, leftMs, 1);
      }
    if (waitMs === 0) return null;
    return `It was called as often as it may be for now. It may be called again in ${lengthOf(waitMs)}.`;
  }

  /** Waits for its turn where only so many may run at once. @returns call it when it is over @throws the signal's reason */
  async enter(agent: Agent, key: string, signal: AbortSignal): Promise<() => void> {
    const left: (() => void)[] = [];
    const leave = () => {
      for (const one of left) one();
    };
    try {
      // All take them in one order, so that none waits for another that waits for it.
      for (const { gate } of this.#about(agent, key)) if (gate) left.push(await gate.enter(1, signal));
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  #about(agent: Agent, key: string): Limit[] {
    let own = this.#own.get(agent);
    if (!own) {
      own = agent.character.policy.limits.map((limit) => withId(limit, `agent ${agent.id}`));
      this.#own.set(agent, own);
    }
    if (this.#hub.length + own.length === 0) return [];
    return [...this.#hub, ...own]
      .filter(({ agent: agents, tool }) => isOf(tool, key) && isOf(agents, agent.id))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }
}

function isOf(patterns: string | string[] | undefined, text: string): boolean {
  return patterns === undefined || matchesAny(patterns, text);
}

function withId(limit: PolicyLimit, from: string): Limit {
  const id = createHash('sha256')
    .update(JSON.stringify([from, limit]))
    .digest('hex')
    .slice(0, 24);
  return { ...limit, id, ...(limit.atOnce !== undefined && { gate: new ByteGate(limit.atOnce) }) };
}

/** Accounts of one person count together. */
async function whoseOf(
  { of = 'agent' }: PolicyLimit,
  agent: Agent,
  requester: () => Promise<Requester>,
): Promise<string> {
  if (of === 'hub') return '';
  if (of === 'agent') return agent.id;
  const { accounts } = await requester();
  const names = accounts.map((account) => JSON.stringify(Object.values(account)));
  return createHash('sha256')
    .update(names.sort()[0] ?? '')
    .digest('hex')
    .slice(0, 24);
}

function lengthOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;
}
