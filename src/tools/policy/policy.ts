/**
 * Policy: whether a call may be made as it is, only once people have approved it, or not at all.
 *
 * - **Rules** are of the hub's settings and of the character. All that are about a call count, and the most severe effect
 *   wins: `deny`, then `ask`, then `allow`. Their order means nothing.
 * - Where no rule is about it, a plugin's action is allowed, and every other tool is asked for.
 * - A tool that wants a decision itself is asked for, and so is one that is not what people have accepted, whatever allows it.
 *
 * It is a function of what it is given, and of nothing else.
 */
import { isAtLeast } from '../../access/role.js';
import type { Character } from '../../core/character.js';
import type { PolicyRule, PolicySettings } from '../../core/policy-rules.js';
import { sortedJson } from '../sorted-json.js';
import type { PolicyCall } from './call.js';
import { isListed } from './listed.js';
import { isAbout, ruleName } from './rule.js';
import { type AskTerms, usualTerms } from './terms.js';

type Effect = PolicyRule['effect'];

export interface PolicyVerdict {
  effect: Effect;
  /** The rule that decided, for people. */
  rule: string;
  /** For people and the model. */
  reason?: string;
  /** Only of `ask`. */
  ask?: AskTerms;
}

export interface Explanation extends PolicyVerdict {
  /** All that are about the call, the most severe first. */
  matched: { effect: Effect; rule: string; from: string; reason?: string }[];
}

interface Matched {
  effect: Effect;
  rule: string;
  /** Where it stands. */
  from: string;
  reason?: string;
  ask?: PolicyRule['ask'];
}

/** What decides about a plugin's action where no rule does. */
export const unruled = "no rule: an action of the agent's plugins";

const severity: readonly Effect[] = ['deny', 'ask', 'allow'];

export class Policy {
  readonly #rules: { rule: PolicyRule; from: string; name: string; order: string }[];
  readonly #tools: Character['tools'];

  /** @param hub those of the settings @param character those of the agent, with what it may use at all */
  constructor(hub: Pick<PolicySettings, 'rules'>, character: Pick<Character, 'policy' | 'tools'>) {
    const from = (rules: readonly PolicyRule[], where: string) =>
      rules.map((rule) => ({
        rule,
        from: where,
        name: ruleName(rule),
        order: `${where} ${sortedJson(rule)}`,
      }));
    this.#rules = [...from(hub.rules, 'the settings'), ...from(character.policy.rules, 'the character')].sort(
      (one, other) => (one.order < other.order ? -1 : 1),
    );
    this.#tools = character.tools;
  }

  /** Whether it matters who asks: looking that up costs something. */
  get asksWho(): boolean {
    return this.#rules.some(({ rule }) => rule.role !== undefined || rule.person !== undefined);
  }

  decide(call: PolicyCall): PolicyVerdict {
    const { matched: _, ...verdict } = this.explain(call);
    return verdict;
  }

  explain(call: PolicyCall): Explanation {
    const found: Matched[] = this.#rules
      .filter(({ rule }) => isAbout(rule, call))
      .map(({ rule: { effect, reason, ask }, name, from }) => ({
        ...{ effect, rule: name, from },
        ...(reason && { reason }),
        ...(ask && { ask }),
      }));
    const all = [...this.#builtIn(call, found), ...found].sort(
      (one, other) => severity.indexOf(one.effect) - severity.indexOf(other.effect),
    );
    const first = all[0]!;
    const { effect, rule, reason } = first;
    return {
      ...{ effect, rule },
      ...(reason && { reason }),
      ...(effect === 'ask' && { ask: termsOf(all) }),
      matched: all.map(({ ask: _, ...one }) => one),
    };
  }

  /** What counts before rules, beside them, or where there are none. */
  #builtIn(call: PolicyCall, found: Matched[]): Matched[] {
    const { tool, asks, changed } = call;
    const said: Matched[] = [];
    if (!isListed(this.#tools, tool))
      said.push({ effect: 'deny', rule: 'not among the tools of the agent', from: "the character's tools" });
    if (changed)
      said.push({ effect: 'ask', rule: 'the tool has changed and was not accepted since', from: 'the hub' });
    if (asks) said.push({ effect: 'ask', rule: 'the tool asks for a decision', from: tool.source });
    if (said.length + found.length > 0) return said;
    return tool.source.startsWith('plugin:')
      ? [{ effect: 'allow', rule: unruled, from: 'the hub' }]
      : [{ effect: 'ask', rule: 'no rule: a tool that nobody has allowed', from: 'the hub' }];
  }
}

/** What is said by any of them, at its strictest. */
function termsOf(all: Matched[]): AskTerms {
  const said = all.flatMap(({ effect, ask }) => (effect === 'ask' ? [ask ?? {}] : []));
  const places = [...new Set(said.flatMap(({ where }) => where ?? []))];
  const hours = said.flatMap(({ hours }) => hours ?? []);
  const roles = said.flatMap(({ role }) => role ?? []);
  return {
    ...usualTerms,
    ...(roles.length > 0 && {
      role: roles.reduce((one, other) => (isAtLeast(one, other) ? one : other)),
    }),
    people: Math.max(usualTerms.people, ...said.map(({ people = 1 }) => people)),
    fourEyes: usualTerms.fourEyes || said.some(({ fourEyes }) => fourEyes === true),
    ...(places.length > 0 && { where: places.length > 1 ? 'both' : places[0]! }),
    ...(hours.length > 0 && { hours: Math.min(...hours) }),
  };
}
