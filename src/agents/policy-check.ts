/** What is wrong with rules about tools, as far as only agents and their sources show it: a rule that is about nothing. */
import type { Config } from '../config.js';
import type { Agent } from '../core/character.js';
import type { PolicySettings } from '../core/policy-rules.js';
import type { Registry } from '../extensions/registry.js';
import { suggestion } from '../nearest.js';
import type { Problem } from './problem.js';

type Found = Pick<Problem, 'field' | 'message' | 'note'>;
type Patterns = string | readonly string[] | undefined;

export interface PolicyCheckParts {
  config: Pick<Config, 'policy' | 'checks' | 'toolSources'>;
  registry: Pick<Registry, 'list'>;
}

/** Of the hub's settings. */
export function vainRules(agents: readonly Agent[], parts: PolicyCheckParts): Found[] {
  const { policy, checks } = parts.config;
  const ids = agents.map(({ id }) => id);
  const roomless = agents.filter(({ character }) => !character.operatorsRoom).map(({ id }) => id);
  const keys = keysOf(agents, parts);
  return [
    ...rulesAt('policy', policy, keys),
    ...(['rules', 'limits'] as const).flatMap((list) =>
      policy[list].flatMap(({ agent }, at) => nobodys(`policy.${list}[${at}].agent`, agent, ids)),
    ),
    ...cardsOf('policy', policy, roomless),
    ...toolLists('checks', checks, keys),
  ].map(({ field, ...found }) => ({ field: field.replace(/\[(\d+)\]/g, '.$1'), ...found }));
}

/** Of a character. */
export function vainRulesOf(agent: Agent, parts: PolicyCheckParts): Found[] {
  const { policy, checks, tools, operatorsRoom } = agent.character;
  const keys = keysOf([agent], parts);
  // Names of actions may stand there, too.
  const keyed = (list: readonly string[]) => list.map((said) => (said.includes(':') ? said : '*'));
  return [
    ...rulesAt('policy', policy, keys),
    ...cardsOf('policy', policy, operatorsRoom ? [] : [agent.id]),
    ...toolLists('checks', checks, keys),
    ...toolLists('tools', { allow: keyed(tools.allow), deny: keyed(tools.deny) }, keys),
  ];
}

/** What keys of tools may begin with. */
interface Keys {
  /** Types of tool sources, besides `plugin` and `http`. */
  types: string[];
  /** What sources are called. */
  sources: string[];
}

function keysOf(agents: readonly Agent[], { config, registry }: PolicyCheckParts): Keys {
  const own = agents.flatMap(({ character }) =>
    character.toolSources.flatMap((entry) => (typeof entry === 'string' ? [] : [entry.name])),
  );
  return {
    types: registry.list('toolSource').map(({ name }) => name),
    sources: [...Object.keys(config.toolSources), ...own],
  };
}

function rulesAt(path: string, { rules, limits }: PolicySettings, keys: Keys): Found[] {
  return [
    ...rules.flatMap(({ tool, person }, at) => [
      ...noTools(`${path}.rules[${at}].tool`, tool, keys),
      ...each(`${path}.rules[${at}].person`, person, (said) =>
        /[:*]/.test(said)
          ? null
          : 'is nobody: write CONNECTOR:USER or CONNECTOR/TENANT:USER, with * for any text',
      ),
    ]),
    ...limits.flatMap(({ tool }, at) => noTools(`${path}.limits[${at}].tool`, tool, keys)),
  ];
}

function toolLists(path: string, lists: Record<string, unknown>, keys: Keys): Found[] {
  return Object.entries(lists).flatMap(([name, list]) =>
    ['allow', 'deny', 'outside', 'untrusted'].includes(name)
      ? noTools(`${path}.${name}`, list as string[], keys)
      : [],
  );
}

function noTools(field: string, patterns: Patterns, { types, sources }: Keys): Found[] {
  return each(field, patterns, (said) => {
    const [kind = '', source, ...tool] = said.split(':');
    if (source === undefined)
      return said.includes('*')
        ? null
        : 'is no key of a tool: write it as `carrier tools offered` shows it, SOURCE:NAME, with * for any text';
    if (kind.includes('*') || kind === 'plugin' || kind === 'http') return null;
    if (!types.includes(kind))
      return `is about no tool: keys begin with one of ${['plugin', 'http', ...types].map((one) => `${one}:`).join(', ')}`;
    if (source.includes('*')) return null;
    if (!sources.includes(source)) return `there is no tool source "${source}"${suggestion(source, sources)}`;
    return tool.length > 0 ? null : `is about no tool: write ${said}:* for all of that source`;
  });
}

function nobodys(field: string, patterns: Patterns, ids: readonly string[]): Found[] {
  return each(field, patterns, (said) =>
    ids.length === 0 || said.includes('*') || ids.includes(said)
      ? null
      : `there is no agent "${said}"${suggestion(said, ids)}`,
  );
}

/** Cards that are for the operators' room, of agents that have none. */
function cardsOf(path: string, { rules }: PolicySettings, roomless: readonly string[]): Found[] {
  if (roomless.length === 0) return [];
  return rules.flatMap(({ ask }, at): Found[] =>
    ask?.where === 'operators' || ask?.where === 'both'
      ? [
          {
            field: `${path}.rules[${at}].ask.where`,
            message: `without an operatorsRoom (${roomless.join(', ')}) the card is shown in the room that asks`,
            note: true,
          },
        ]
      : [],
  );
}

function each(field: string, patterns: Patterns, wrong: (said: string) => string | null): Found[] {
  const listed = Array.isArray(patterns);
  return [patterns ?? []].flat().flatMap((said: string, at) => {
    const message = wrong(said);
    return message === null
      ? []
      : [
          {
            field: listed ? `${field}[${at}]` : field,
            message: message.startsWith('there is') ? message : `"${said}" ${message}`,
          },
        ];
  });
}
