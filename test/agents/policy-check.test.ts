import { describe, expect, it } from 'vitest';
import { type PolicyCheckParts, vainRules, vainRulesOf } from '../../src/agents/policy-check.js';
import { Character } from '../../src/core/character.js';
import { CheckSettings } from '../../src/core/check-rules.js';
import { PolicySettings } from '../../src/core/policy-rules.js';

type Registry = PolicyCheckParts['registry'];
const registry = { list: () => [{ name: 'mcp' }] } as unknown as Registry;

function parts(policy: unknown, checks: unknown = {}): PolicyCheckParts {
  const config = {
    policy: PolicySettings.parse(policy),
    checks: CheckSettings.parse(checks),
    toolSources: { files: { type: 'mcp', trusted: false } },
  };
  return { config, registry };
}

function agent(said: object) {
  return { id: 'ada', character: Character.parse({ name: 'Ada', bio: 'A librarian.', ...said }) };
}

const rule = (about: object) => ({ rules: [{ effect: 'deny', ...about }] });

describe('rules that are about nothing', () => {
  it.each([
    [{ tool: 'mcp:fils:*' }, 'policy.rules.0.tool', /no tool source "fils"; did you mean "files"/],
    [{ tool: ['*', 'files_delete'] }, 'policy.rules.0.tool.1', /"files_delete" is no key of a tool/],
    [{ tool: 'net:*' }, 'policy.rules.0.tool', /keys begin with one of plugin:, http:, mcp:/],
    [{ tool: 'mcp:files' }, 'policy.rules.0.tool', /write mcp:files:\* for all/],
    [{ person: '4711' }, 'policy.rules.0.person', /write CONNECTOR:USER or CONNECTOR\/TENANT:USER/],
    [{ agent: 'adda' }, 'policy.rules.0.agent', /no agent "adda"; did you mean "ada"/],
  ])('are named with the fix: %j', (about, field, message) => {
    expect(vainRules([agent({})], parts(rule(about)))).toEqual([
      { field, message: expect.stringMatching(message) },
    ]);
  });

  it.each(['mcp:files:delete_*', 'mcp:own:*', 'mcp:*', '*', 'plugin:bank:wire', 'http:weather', '*:delete'])(
    'leaves alone %s, which may be about a tool',
    (tool) => {
      const own = agent({ toolSources: [{ name: 'own', type: 'mcp', command: 'node' }] });
      const policy = { ...rule({ tool }), limits: [{ tool, perDay: 1 }] };
      expect(vainRules([own], parts(policy, { outside: [tool], untrusted: [tool] }))).toEqual([]);
      expect(vainRulesOf(agent({ ...own.character, policy, tools: { deny: [tool] } }), parts({}))).toEqual(
        [],
      );
    },
  );

  it('finds them in a character, in limits and in lists of tools, too', () => {
    const said = {
      policy: { rules: [], limits: [{ tool: 'mcp:fils:*', perDay: 1 }] },
      checks: { untrusted: ['weather'] },
      tools: { allow: ['calculate', 'mcp:fils:read'], deny: [] },
    };
    expect(vainRulesOf(agent(said), parts({})).map(({ field }) => field)).toEqual([
      'policy.limits[0].tool',
      'checks.untrusted[0]',
      'tools.allow[1]',
    ]);
  });

  it('says where a card is shown that has no room of operators', () => {
    const policy = { rules: [{ effect: 'ask', tool: '*', ask: { where: 'operators' } }] };
    const room = { operatorsRoom: { connector: 'slack', channel: 'C1' } };
    expect(vainRules([agent({})], parts(policy))).toEqual([
      { field: 'policy.rules.0.ask.where', message: expect.stringContaining('(ada)'), note: true },
    ]);
    expect(vainRules([agent(room)], parts(policy))).toEqual([]);
  });
});
