/** What is wrong with an agent: asked at the start, at every change of it and by `carrier doctor`. */
import type { Config } from '../config.js';
import type { Agent } from '../core/character.js';
import { gateSettings, referencesFor } from '../core/connector-settings.js';
import type { Registry } from '../extensions/registry.js';
import { secretsOf } from '../extensions/settings.js';
import type { LanguageModel } from '../llm/llm.js';
import { suggestion } from '../nearest.js';
import { redact, told } from '../redaction.js';
import { readSkillName } from '../tools/skills.js';
import { type Bots, sharedOperators } from './bots.js';
import { unpricedModels } from './budget-check.js';
import { vainRulesOf } from './policy-check.js';
import type { Problem } from './problem.js';

export interface CheckParts {
  config: Config;
  registry: Registry;
  models: { get(ref: string): Promise<LanguageModel>; refs(agent: Agent): string[] };
  plugins: {
    problems(agent: Agent): Promise<Pick<Problem, 'field' | 'message'>[]>;
    /** Names of the actions that the agent's plugins bring; null where that is not known without opening one. */
    actions(agent: Agent): Promise<string[] | null>;
  };
  skills: { problems(agent: Agent): Promise<Pick<Problem, 'field' | 'message'>[]> };
  toolSources: { problems(agent: Agent): Promise<Pick<Problem, 'field' | 'message'>[]> };
  /** Names of connectors that are no extension's: a program brings them. */
  brought?: string[];
}

type Found = Omit<Problem, 'agentId'>;

/**
 * Everything that is wrong, not the first thing alone; what a process has no use for is not looked at there.
 * @param bots what `botsOf` has found for it.
 */
export async function checkAgent(agent: Agent, bots: Bots, parts: CheckParts): Promise<Problem[]> {
  const { role } = parts.config;
  const found = await Promise.all([
    role === 'worker' ? [] : [...bots.problems, ...wrongConnectors(agent, bots, parts)],
    role === 'gateway' ? [] : [...wrongType(agent, parts.registry), ...(await wrongModels(agent, parts))],
    role === 'gateway' ? [] : unpricedModels(agent, parts.config, parts.models),
    role === 'gateway' ? [] : wrongPlugins(agent, parts),
    role === 'gateway' ? [] : vainRulesOf(agent, parts),
    role === 'gateway' ? [] : parts.toolSources.problems(agent),
    role === 'gateway' ? [] : parts.skills.problems(agent),
    role === 'gateway' ? [] : wrongEvaluation(agent, parts),
  ]);
  return found.flat().map((problem) => ({ agentId: agent.id, ...problem }));
}

function wrongType({ character: { type } }: Agent, registry: Registry): Found[] {
  if (registry.get('agentType', type)) return [];
  const known = registry.list('agentType').map(({ name }) => name);
  return [{ field: 'type', message: `there is no agent type "${type}"${suggestion(type, known)}` }];
}

async function wrongModels({ character }: Agent, { models }: CheckParts): Promise<Found[]> {
  const found = await Promise.all(
    character.models.map((ref, i) => problemOf(`models[${i}]`, models.get(ref))),
  );
  return found.flat();
}

/** A judge that cannot be asked, and rules that nobody reads. */
async function wrongEvaluation({ character }: Agent, { models }: CheckParts): Promise<Found[]> {
  const { judge, rules } = character.evaluation;
  if (judge !== 'none') return problemOf('evaluation.judge', models.get(judge));
  return rules.flatMap((rule, i) =>
    typeof rule === 'string'
      ? [
          {
            field: `evaluation.rules[${i}]`,
            message:
              'is a sentence, and there is no judge to read it; set evaluation.judge, or write {"never": …}',
          },
        ]
      : [],
  );
}

/** Names of connectors that no extension has, and settings that a connector does not have. */
function wrongConnectors(agent: Agent, bots: Bots, { registry, brought = [] }: CheckParts): Found[] {
  const { character } = agent;
  const known = registry.list('connector');
  const names = known.map((one) => one.name);
  const unknown = (name: string, field: string): Found[] =>
    [...names, ...brought].includes(name)
      ? []
      : [{ connector: name, field, message: `there is no connector "${name}"${suggestion(name, names)}` }];
  const { operatorsRoom } = character;
  const room = operatorsRoom ? unknown(operatorsRoom.connector, 'operatorsRoom.connector') : [];
  const wrong = Object.keys(character.connectors).flatMap((name): Found[] => {
    const field = `connectors.${name}`;
    const extension = known.find((one) => one.name === name);
    if (!extension) return unknown(name, field);
    const { serves, account = secretsOf(extension) } = extension;
    const own = Object.keys(referencesFor(character, name));
    if (serves === 'hub')
      return own.map((key) => ({
        ...{ connector: name, field: `${field}.${key}` },
        message: `"${name}" serves all agents, so none has an account of its own there; take the field out`,
      }));
    const { token = 'token' } = extension;
    return own
      .filter((key) => !account.includes(key === 'token' ? token : key))
      .map((key) => ({
        ...{ connector: name, field: `${field}.${key}` },
        message: `"${name}" has no such setting${suggestion(
          key,
          [...account, ...gateSettings].filter((one) => one !== key),
        )}`,
      }));
  });
  // Those of a bot that would be there have kept it away, and are told already.
  const nobodys = known
    .filter(({ name }) => !bots.problems.some(({ connector }) => connector === name))
    .flatMap((extension) => sharedOperators(extension, agent));
  return [...room, ...nobodys, ...wrong];
}

/** Plugins that cannot be used, and rules about actions that none of them brings. */
async function wrongPlugins(agent: Agent, { plugins }: CheckParts): Promise<Found[]> {
  const lost = await plugins.problems(agent);
  // Whether a name is right cannot be said while some of the plugins are missing.
  if (lost.length > 0) return lost.map(({ field, message }) => ({ field, message: redact(message) }));
  const { allow, deny } = agent.character.tools;
  const ofSkills = agent.character.skills.length > 0 ? [readSkillName] : [];
  if ([...allow, ...deny].every(isPattern)) return [];
  const found = await plugins.actions(agent);
  if (!found) return [];
  const actions = [...found, ...ofSkills];
  return (['allow', 'deny'] as const).flatMap((rule) =>
    agent.character.tools[rule].flatMap((name, i) =>
      isPattern(name) || actions.includes(name)
        ? []
        : [
            {
              field: `tools.${rule}[${i}]`,
              message: `no plugin of this agent brings an action "${name}"${suggestion(name, actions)}`,
            },
          ],
    ),
  );
}

/** Tools of sources are known by their keys, and may come and go. */
function isPattern(name: string): boolean {
  return name.includes('*') || name.includes(':');
}

async function problemOf(field: string, work: Promise<unknown>): Promise<Found[]> {
  return work.then(
    () => [],
    (error: unknown) => [{ field, message: told(error).message }],
  );
}
