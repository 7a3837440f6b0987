/** What is wrong with what all agents share: settings, extensions, the usual models. */
import type { Agent } from '../core/character.js';
import { allReferences } from '../core/connector-settings.js';
import type { ExtensionBase } from '../extensions/extension.js';
import { fieldsOf, hubValues, secretsOf, settingName } from '../extensions/settings.js';
import type { Given } from '../given.js';
import { nearest, suggestion } from '../nearest.js';
import type { Bots } from './bots.js';
import { nobodysBudgets } from './budget-check.js';
import type { CheckParts } from './check.js';
import type { Models } from './models.js';
import { plaintextLinks } from './plaintext-links.js';
import { vainRules } from './policy-check.js';
import type { Problem } from './problem.js';

type Found = Omit<Problem, 'agentId'>;

export interface HubCheckParts extends CheckParts {
  models: Models;
  agents(): Agent[];
}

/** @param bots what `hubBots` has found. */
export async function checkHub(bots: Bots, parts: HubCheckParts): Promise<Problem[]> {
  const { config, registry } = parts;
  const agents = parts.agents();
  // What an agent names, as `env:NAME`, is no misspelt setting.
  const named = new Set(agents.flatMap(({ character }) => allReferences(character)));
  await registry.retry();
  const found: Found[] = [
    ...registry.problems.map(({ module, message }) => ({ field: `extension ${module}`, message })),
    ...(config.role === 'worker' ? [] : [...bots.problems, ...nobodys(agents, named, parts)]),
    ...nobodysBudgets(config, agents),
    ...vainRules(agents, parts),
    ...misspelt(config.given, registry.all(), named),
    ...unknownInFile(config.given, registry.all()),
    ...plaintextLinks(config, registry.all(), agents).map((link) => ({ ...link, note: true as const })),
    ...(config.role === 'gateway' ? [] : [...(await parts.models.problems()), ...(await ofModels(parts))]),
  ];
  return found.map((problem) => ({ agentId: null, ...problem }));
}

/** Accounts that are set up for an agent that there is not. Without any agent, that is what is told. */
function nobodys(agents: Agent[], named: ReadonlySet<string>, { config, registry }: HubCheckParts): Found[] {
  const { agent } = config.platforms;
  const ids = agents.map(({ id }) => id);
  if (ids.length === 0 || ids.includes(agent)) return [];
  return registry.list('connector').flatMap((extension): Found[] => {
    const { startedBy = secretsOf(extension) } = extension;
    const values = hubValues(extension, config.given);
    const field = extension.serves === 'hub' ? undefined : startedBy.find((one) => values.get(one)?.value);
    const { name } = (field && values.get(field)) || {};
    if (!name || named.has(`env:${name}`)) return [];
    const whose = `is for the agent "${agent}", and there is none; set CARRIER_AGENT to one that there is`;
    return [{ field: name, message: `${whose}: ${ids.join(', ')}` }];
  });
}

/** Settings of the environment that are close to one of an extension's, and are none. */
function misspelt(given: Given, extensions: ExtensionBase[], named: ReadonlySet<string>): Found[] {
  return [...byName(extensions)].flatMap(([extension, fields]) => {
    const prefix = settingName(extension, '');
    const rests = fields.map((field) => settingName(extension, field).slice(prefix.length));
    return given.names(prefix).flatMap((name) => {
      const rest = name.replace(/_FILE$/, '').slice(prefix.length);
      const meant = nearest(rest, rests);
      if (rests.includes(rest) || meant === undefined || named.has(`env:${name}`)) return [];
      return [{ field: name, message: `is no setting of "${extension}"; did you mean ${prefix}${meant}?` }];
    });
  });
}

/** What `carrier.config.json` says of extensions that there are not, or of settings that they do not have. */
export function unknownInFile(given: Given, extensions: ExtensionBase[]): Found[] {
  const known = byName(extensions);
  return given.extensions.flatMap((name): Found[] => {
    const fields = known.get(name);
    if (!fields)
      return [
        {
          field: `settings.${name}`,
          message: `there is no extension "${name}"${suggestion(name, known.keys())}`,
        },
      ];
    return Object.keys(given.ofExtension(name))
      .filter((key) => !fields.includes(key))
      .map((key) => ({
        field: `settings.${name}.${key}`,
        message: `"${name}" has no such setting${suggestion(key, fields)}`,
      }));
  });
}

/** One name may stand for a provider and an embedder. */
function byName(extensions: ExtensionBase[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const extension of extensions)
    fields.set(extension.name, [...(fields.get(extension.name) ?? []), ...fieldsOf(extension)]);
  return fields;
}

async function ofModels({ models }: HubCheckParts): Promise<Found[]> {
  const found = await Promise.all(
    models.usual.map(async (ref): Promise<Found[]> => {
      try {
        await models.get(ref);
        return (await models.notes(ref)).map((message) => ({ field: ref, message, note: true }));
      } catch (error) {
        return [{ field: models.usualFrom, message: (error as Error).message }];
      }
    }),
  );
  return found.flat();
}
