/** Decisions by rules: a table of them, and what holds of any. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Character } from '../../../src/core/character.js';
import { PolicySettings } from '../../../src/core/policy-rules.js';
import type { PolicyCall } from '../../../src/tools/policy/call.js';
import { Policy } from '../../../src/tools/policy/policy.js';
import { argumentDecisions } from './argument-decisions.js';
import { type Decision, decisions as others, type Said } from './decisions.js';

const callOf = ({ tool = 'mcp:files:read_file', ...said }: Said = {}): PolicyCall => {
  const [connector, tenant, channel] = said.place ?? ['chat', 'acme', 'talk'];
  const accounts = said.accounts ?? [['chat', 'acme', 'ann']];
  const at = tool.lastIndexOf(':');
  return {
    agentId: said.agent ?? 'assistant',
    tool: {
      ...{ key: tool, name: tool.slice(at + 1), source: tool.slice(0, at) },
      hints: { readOnly: false, destructive: true, idempotent: false, openWorld: true, ...said.hints },
    },
    requester: {
      accounts: accounts.map(([connector, tenant, userId]) => ({ connector, tenant, userId })),
      role: said.role ?? 'member',
    },
    place: { connector, tenant, channel },
    direct: said.direct === null ? undefined : (said.direct ?? false),
    tainted: said.tainted ?? false,
    parameters: said.with ?? {},
    ...('taken' in said && { taken: said.taken }),
    ...{ asks: said.asks ?? false, changed: said.changed ?? false },
  };
};

const policyOf = ({ rules = [], own = [], tools = {} }: Pick<Decision, 'rules' | 'own' | 'tools'>) =>
  new Policy(
    PolicySettings.parse({ rules }),
    Character.parse({ name: 'A', bio: 'A', tools, policy: { rules: own } }),
  );

const decisions = [...others, ...argumentDecisions];
const severity = ['allow', 'ask', 'deny'];

describe('[act.21] decisions written by hand', () => {
  it('are at least eighty', () => expect(decisions.length).toBeGreaterThanOrEqual(80));

  it.each(decisions)('$is: $what', (decision) => {
    const { rules = [], own = [], is } = decision;
    const call = callOf(decision.call);
    expect(policyOf(decision).decide(call).effect).toBe(is);
    // The order of rules means nothing, neither for the effect nor for what is told of it.
    const turned = { ...decision, rules: [...rules].reverse(), own: [...own].reverse() };
    expect(policyOf(turned).explain(call)).toEqual(policyOf(decision).explain(call));
  });
});

describe('[act.21] an explanation', () => {
  it('names the rule that decided, and every other that is about the call', () => {
    const rules: Decision['rules'] = [
      { effect: 'allow', tool: '*' },
      { name: 'nothing is deleted', effect: 'deny', tool: 'mcp:files:delete_*', reason: 'Ask Bob.' },
      { effect: 'ask', role: 'guest' },
    ];
    expect(policyOf({ rules }).explain(callOf({ tool: 'mcp:files:delete_file' }))).toEqual({
      ...{ effect: 'deny', rule: 'nothing is deleted', reason: 'Ask Bob.' },
      matched: [
        { effect: 'deny', rule: 'nothing is deleted', from: 'the settings', reason: 'Ask Bob.' },
        { effect: 'allow', rule: 'allow: tool *', from: 'the settings' },
      ],
    });
  });

  it('says that nobody is asked for a tool that the agent may not use', () => {
    const policy = policyOf({ rules: [{ effect: 'ask', tool: 'net:*' }], tools: { allow: ['read'] } });
    const { rule, matched } = policy.explain(callOf({ tool: 'net:get' }));
    expect(rule).toBe('not among the tools of the agent');
    expect(matched.map(({ rule }) => rule)).toEqual([rule, 'ask: tool net:*']);
  });

  it('has the strictest terms of all that ask', () => {
    const rules: Decision['rules'] = [
      { effect: 'ask', ask: { people: 2, hours: 5 } },
      { effect: 'ask', ask: { role: 'admin', where: 'operators', hours: 2 } },
      { effect: 'ask', ask: { role: 'member', fourEyes: true, where: 'room' } },
      { effect: 'allow' },
    ];
    const { ask } = policyOf({ rules }).decide(callOf());
    expect(ask).toEqual({ role: 'admin', people: 2, fourEyes: true, where: 'both', hours: 2 });
    const { ask: usual } = policyOf({}).decide(callOf());
    expect(usual).toEqual({ role: 'operator', people: 1, fourEyes: false, where: 'room' });
  });
});

/** Few values, so that rules and calls meet. */
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const tool = fc.constantFrom('plugin:bank:wire', 'mcp:files:read_file', 'mcp:files:delete_file', 'http:x');
const role = fc.constantFrom('guest' as const, 'member' as const, 'operator' as const, 'admin' as const);
const value = fc.constantFrom<unknown>(1, 5, '5', 'a', 'A', true, null, [1, 'a'], ['a'], { b: 5 });
const constraint = fc.constantFrom(
  ...[{ equals: 5 }, { oneOf: ['a', 1] }, { noneOf: ['a', 5] }, { pattern: 'A*' }, { least: 2 }, { most: 4 }],
  ...[{ shortest: 1 }, { longest: 1 }, { present: true }, { present: false }],
);
const rule = fc
  .record({
    effect: fc.constantFrom('deny' as const, 'ask' as const, 'allow' as const),
    tool: some(fc.constantFrom('*', 'mcp:*', 'mcp:files:delete_*', 'plugin:*:wire')),
    role: some(fc.constantFrom('guest' as const, 'member+' as const, 'operator-' as const)),
    person: some(fc.constantFrom('chat/acme:ann', '*', 'mail:*')),
    place: some(fc.constantFrom('chat/acme', '*/*/talk')),
    room: some(fc.constantFrom('direct' as const, 'group' as const)),
    ...{ tainted: some(fc.boolean()), changes: some(fc.boolean()), openWorld: some(fc.boolean()) },
    arguments: some(
      fc.dictionary(fc.constantFrom('a', 'a[*]', 'a.b'), constraint, { minKeys: 1, maxKeys: 2 }),
    ),
  })
  .map((said) => Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined)))
  .map((said) => said as unknown as NonNullable<Decision['rules']>[number]);
const call = fc
  .record({
    ...{ tool, role, tainted: fc.boolean(), asks: fc.boolean(), changed: fc.boolean() },
    hints: fc.record({ readOnly: fc.boolean(), openWorld: fc.boolean() }),
    direct: fc.constantFrom(true, false, null),
    with: fc.dictionary(fc.constantFrom('a'), value),
  })
  .map(callOf);
const rules = fc.array(rule, { maxLength: 6 });

describe('[act.21] whatever the rules are', () => {
  it('one more that denies never allows more', () => {
    fc.assert(
      fc.property(rules, rules, rule, fc.boolean(), call, (hub, own, more, ofHub, made) => {
        const deny = { ...more, effect: 'deny' as const };
        const before = policyOf({ rules: hub, own }).decide(made).effect;
        const after = policyOf(ofHub ? { rules: [...hub, deny], own } : { rules: hub, own: [deny, ...own] });
        expect(severity.indexOf(after.decide(made).effect)).toBeGreaterThanOrEqual(severity.indexOf(before));
      }),
      { numRuns: 1500 },
    );
  });

  it('their order means nothing', () => {
    const shuffled = rules.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, call, ([rules, other], made) => {
        expect(policyOf({ rules: other }).explain(made)).toEqual(policyOf({ rules }).explain(made));
      }),
      { numRuns: 1000 },
    );
  });

  it('one that denies or asks is about all that the same rule would allow', () => {
    fc.assert(
      fc.property(rule, call, (said, made) => {
        const matches = (effect: 'deny' | 'allow') =>
          policyOf({ rules: [{ ...said, effect }] })
            .explain(made)
            .matched.some(({ from }) => from === 'the settings');
        if (matches('allow')) expect(matches('deny')).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('rules as people write them', () => {
  it.each([
    [{ effect: 'allow', arguments: { 'a..b': { equals: 1 } } }, 'must be a path'],
    [{ effect: 'allow', arguments: { a: {} } }, 'must say something'],
    [{ effect: 'allow', tools: 'x' }, 'tools'],
    [{ effect: 'allow', ask: { people: 2 } }, 'goes with the effect'],
    [{ effect: 'ask', ask: { people: 0 } }, 'people'],
    [{ effect: 'allow', role: 'boss' }, 'role'],
    [{ effect: 'maybe' }, 'effect'],
  ])('are refused where they cannot be meant: %j', (rule, words) => {
    const { error } = PolicySettings.safeParse({ rules: [rule] });
    expect(JSON.stringify(error?.issues)).toContain(words);
  });

  it('are read in linear time, whatever they are held against', () => {
    const policy = policyOf({
      rules: [{ effect: 'deny', arguments: { a: { pattern: `${'*a'.repeat(100)}b` } } }],
    });
    expect(policy.decide(callOf({ tool: 'plugin:x:y', with: { a: 'a'.repeat(200_000) } })).effect).toBe(
      'allow',
    );
  });
});
