/** What `carrier doctor` shows: everything a hub with these settings is made of, looked at without starting one. */
import { type Bots, botsOf, hubBots } from './agents/bots.js';
import { type CheckParts, checkAgent } from './agents/check.js';
import { checkHub } from './agents/check-hub.js';
import { chosenEmbedder, Models } from './agents/models.js';
import { Plugins } from './agents/plugins.js';
import { findingOf } from './agents/problem.js';
import { clashesOf } from './agents/tool-clashes.js';
import { ToolSources } from './agents/tool-sources.js';
import { auditAtRest, folderAtRest, openEngines, storeForDoctor } from './backends.js';
import type { Config } from './config.js';
import type { Finding } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { agentsAtRest } from './defining.js';
import { FatalError } from './errors.js';
import { Registry } from './extensions/registry.js';
import type { Logger } from './logger.js';
import { type Diagnosis, look, patienceMs } from './look.js';
import { References } from './secrets/references.js';
import { diagnoseAudit, diagnoseEngines, folderFindings } from './store-diagnosis.js';
import { Skills } from './tools/skills.js';

/**
 * Everything is looked at, whatever fails on the way.
 * @param running whether a hub holds the data folder: what it stores is asked of it, and not looked at behind its back.
 */
export async function diagnose(
  config: Config,
  log: Logger,
  { running = false }: { running?: boolean } = {},
): Promise<Diagnosis[]> {
  const registry = await Registry.open(config.extensions);
  const { stored, records, close } = storeForDoctor(config, log);
  const secrets = new References({ given: config.given, folder: config.secretsDir, stored });
  // A doctor makes no secrets: in the place of keys, what is as long as one.
  const stand = (purpose: string) => purpose.padEnd(64);
  const callbackSecret = () => stand('callback');
  const callbackSecretOf = async () => null;
  const parts = { config, registry, secrets, log, derive: stand, callbackSecret, callbackSecretOf };
  const { agents, problems } = await agentsAtRest(config, records, log);
  const models = new Models(parts);
  const toolSources = new ToolSources({
    ...{ named: config.toolSources, folder: config.extensions.folder, dataFolder: config.dataDir },
    ...{ registry, secrets, log },
  });
  const checks = {
    ...{ config, registry, models, toolSources },
    skills: new Skills({ folder: config.charactersDir, log }),
    plugins: new Plugins({ ...parts, notes: noNotes }),
    agents: () => agents,
  };
  const found = await Promise.all(agents.map(async (agent) => ({ agent, bots: await botsOf(parts, agent) })));
  const refs = new Set(agents.length > 0 ? agents.flatMap((agent) => models.refs(agent)) : models.usual);
  const diagnoses = await Promise.all([
    look('Settings', async () => [
      ...extensionsOf(registry),
      ...(await checkHub(await hubBots(parts), checks))
        .filter(({ field }) => !refs.has(field))
        .map(findingOf),
      ...(await embedderFinding(parts)),
    ]),
    look('Characters', async () => {
      const checked = await Promise.all(found.map(({ agent, bots }) => checkAgent(agent, bots, checks)));
      return [
        ...problems.map((problem) => ({ ...findingOf(problem), check: problem.agentId ?? problem.field })),
        ...agents.flatMap(({ id }, i) => [
          ...(checked[i]!.some(({ note }) => !note) ? [] : [{ check: `${id} is usable`, ok: true }]),
          ...checked[i]!.map((problem) => ({ ...findingOf(problem), check: `${id}: ${problem.field}` })),
        ]),
      ];
    }),
    ...(config.cluster
      ? [diagnoseEngines(openEngines(config, log, { migrate: false }), config, log)]
      : running
        ? []
        : [
            look('Data folder', async () => folderFindings(config, log)),
            diagnoseAudit(() => auditAtRest(folderAtRest(config))),
          ]),
    ...(config.role === 'gateway' ? [] : [...refs].map((ref) => diagnoseModel(models, ref))),
    ...found.flatMap(({ agent, bots }) => diagnoseBots(agent, bots)),
    ...(config.role === 'gateway' ? [] : [diagnoseToolSources({ ...checks, agents })]),
  ]);
  await Promise.all([toolSources.close(), close()]);
  return diagnoses.flat();
}

/** Each source once, whoever names it; and for each agent, tools that could be taken for one another. */
async function diagnoseToolSources({
  toolSources,
  plugins,
  agents,
}: Pick<CheckParts, 'plugins'> & { toolSources: ToolSources; agents: Agent[] }): Promise<Diagnosis[]> {
  const named = await Promise.all(
    agents.map(async (agent) => ({ agent, sources: await toolSources.of(agent) })),
  );
  const all = new Set(named.flatMap(({ sources }) => sources));
  const looked = await Promise.all(
    [...all].map(({ name, source }) => look(`Tools of ${name}`, () => source.findings())),
  );
  const clashing = named
    .filter(({ sources }) => sources.length > 0)
    .map(({ agent, sources }) =>
      look(`Tools of ${agent.id}`, async () => {
        const listed = sources.map(async (source) => ({ source, tools: await source.source.tools() }));
        return clashesOf(await Promise.all(listed), (await plugins.actions(agent)) ?? []);
      }),
    );
  return [...looked, ...(await Promise.all(clashing)).filter(({ findings }) => findings.length > 0)];
}

function noNotes(): never {
  throw new FatalError('internal', 'A doctor opens no plugin.');
}

function extensionsOf({ added }: Registry): Finding[] {
  return added.map(({ module, kind, name }) => ({
    check: `${kind} "${name}" of ${module} is loaded`,
    ok: true,
  }));
}

async function embedderFinding(parts: Parameters<typeof chosenEmbedder>[0]): Promise<Finding[]> {
  return chosenEmbedder(parts).then(
    () => [],
    (error: Error) => [{ check: 'the embedder can be used', ok: false, fix: error.message }],
  );
}

function diagnoseModel(models: Models, ref: string): Promise<Diagnosis> {
  return look(`Model ${ref}`, async () => {
    const context = await models.contextOf(ref);
    const notes = context.provider.notes?.(context) ?? [];
    const found = (await context.provider.check?.(context, AbortSignal.timeout(patienceMs))) ?? [
      { check: 'its settings can be used', ok: (await models.get(ref)) !== undefined },
    ];
    return [...found, ...notes.map((fix) => ({ check: 'its settings', ok: true, fix }))];
  });
}

function diagnoseBots({ id }: Agent, { bots }: Bots): Promise<Diagnosis>[] {
  return bots.map((bot) =>
    look(`${id} on ${titled(bot.connector)}`, async () => (await (await bot.create()).diagnose?.()) ?? []),
  );
}

function titled(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}`;
}
