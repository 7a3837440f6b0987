/** What `carrier doctor` shows: everything a hub with these settings is made of, looked at without starting one. */
import { notesOf, pauseNote, pausesIn } from './access/pause.js';
import { type Bots, botsOf, hubBots } from './agents/bots.js';
import { type CheckParts, checkAgent } from './agents/check.js';
import { checkHub } from './agents/check-hub.js';
import { chosenEmbedder, Models } from './agents/models.js';
import { Plugins } from './agents/plugins.js';
import { findingOf } from './agents/problem.js';
import { clashesOf } from './agents/tool-clashes.js';
import { ToolSources } from './agents/tool-sources.js';
import { auditAtRest, notesAtRest, openEngines, schemaAtRest, storeForDoctor } from './backends.js';
import type { Config } from './config.js';
import type { Finding } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { atMost } from './core/deadline.js';
import { agentsAtRest } from './defining.js';
import type { Engines } from './engines.js';
import { FatalError } from './errors.js';
import { Registry } from './extensions/registry.js';
import type { Logger } from './logger.js';
import { notesOf as failingNotes, unsummarisedNote } from './memory/conversation/failing.js';
import { embedderNote, hindrancesIn } from './memory/embedder-state.js';
import { coolingNote, coolingText } from './runtime/cooling.js';
import { References } from './secrets/references.js';
import type { AuditChain } from './store/audit-log.js';
import { verifyChain } from './store/audit-verification.js';
import type { Note } from './store/note-store.js';
import { Skills } from './tools/skills.js';

export interface Diagnosis {
  subject: string;
  findings: Finding[];
}

/** How long a platform or a model service is waited for, in ms. */
const patienceMs = 10_000;
/** For the whole of an audit log: a million rows take some ten seconds. */
const auditPatienceMs = 600_000;
/** What is wrong with it, at most; `carrier audit verify` tells more. */
const mostAuditFaults = 10;
const mostNotes = 1000;

/** Everything is looked at, whatever fails on the way. */
export async function diagnose(config: Config, log: Logger): Promise<Diagnosis[]> {
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
      ? [diagnoseEngines(openEngines(config, log, { migrate: false }), log)]
      : [
          look('Data folder', async () => folderFindings(config, log)),
          diagnoseAudit(auditAtRest(config.dataDir)),
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

/** What fails or takes too long is a finding like any other. */
async function look(
  subject: string,
  work: () => Promise<Finding[]>,
  mostMs = 2 * patienceMs,
): Promise<Diagnosis> {
  const unusable = (fix: string) => [{ check: 'it can be used', ok: false, fix }];
  const findings = await atMost(mostMs, work()).catch(({ message }: Error) => unusable(message));
  return { subject, findings: findings ?? unusable(`No answer within ${mostMs / 1000} s.`) };
}

function titled(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}`;
}

function folderFindings({ dataDir }: Config, log: Logger): Finding[] {
  const found = schemaAtRest(dataDir);
  if (!found) return [];
  const { version, problem } = found;
  return [
    { check: `its database has schema ${version}`, ok: problem === null, ...(problem && { fix: problem }) },
    ...pausesAmong(notesAtRest(dataDir, pauseNote.key('')), log),
    ...coolAmong(notesAtRest(dataDir, coolingNote.key('')), log),
    ...hindrancesIn(notesAtRest(dataDir, embedderNote.key('')), log),
    ...unsummarisedAmong(notesAtRest(dataDir, unsummarisedNote.key('')), log),
  ];
}

/** What somebody has paused is no fault, but may be what is looked for. */
function pausesAmong(notes: Note[], log: Logger): Finding[] {
  const listed = notes.map(({ key, value }) => ({ value: pauseNote.read(key, value, log) }));
  return notesOf(pausesIn(listed, Date.now())).map((check) => ({ check, ok: true }));
}

/** Models that a hub asks only where no other is left. */
function coolAmong(notes: Note[], log: Logger): Finding[] {
  return notes.flatMap(({ key, value }) => {
    const cool = coolingNote.read(key, value, log);
    return cool && cool.until > Date.now() ? [{ check: coolingText(cool), ok: true }] : [];
  });
}

/** Words that would leave a prompt without a summary stay in it meanwhile. */
function unsummarisedAmong(notes: Note[], log: Logger): Finding[] {
  const found = notes.flatMap(({ key, value }) => unsummarisedNote.read(key, value, log) ?? []);
  return failingNotes(found).map((check) => ({ check, ok: true }));
}

/** Whether a hub's shared engines can be used; they are closed again. */
async function diagnoseEngines(opening: Promise<Engines>, log: Logger): Promise<Diagnosis[]> {
  const subject = 'Redis and MongoDB';
  const failed = (check: string, setting: string, { message }: Error) => ({
    check,
    ok: false,
    fix: `Check ${setting}: ${message}`,
  });
  let engines: Engines;
  try {
    engines = await opening;
  } catch (error) {
    return [{ subject, findings: [failed('MongoDB answers', 'MONGODB_URL', error as Error)] }];
  }
  const { store, turnQueue, deliveryQueue, bus } = engines;
  const redis = await turnQueue.counts().then(
    () => ({ check: 'Redis takes jobs', ok: true }),
    (error: Error) => failed('Redis takes jobs', 'REDIS_URL', error),
  );
  const { engine, schema, notes } = store.description;
  const mongo = { check: `MongoDB answers: ${engine}, schema ${schema}`, ok: true };
  const lacks = notes.map((note) => ({ check: `MongoDB: ${note}`, ok: true }));
  const noted = (prefix: string) => store.notes.list(prefix, mostNotes).catch(() => []);
  const keys = [pauseNote, coolingNote, unsummarisedNote, embedderNote].map(({ key }) => key(''));
  const [paused = [], cool = [], failing = [], embedders = []] = await Promise.all(keys.map(noted));
  const audit = await diagnoseAudit(store.audit);
  if (redis.ok) await Promise.all([turnQueue.close(), deliveryQueue.close()]);
  await bus.close();
  await engines.close();
  return [
    {
      subject,
      findings: [
        redis,
        mongo,
        ...lacks,
        ...pausesAmong(paused, log),
        ...coolAmong(cool, log),
        ...unsummarisedAmong(failing, log),
        ...hindrancesIn(embedders, log),
      ],
    },
    audit,
  ];
}

/** Whether rows of the audit log are as they were written, and all there. */
function diagnoseAudit(chain: AuditChain): Promise<Diagnosis> {
  return look(
    'Audit log',
    async () => {
      const { ok, rows, older, missing, faults, faultCount } = await verifyChain(chain);
      const count = (number: number) => number.toLocaleString('en');
      if (ok && rows + older === 0) return [];
      const outside = older > 0 ? `; ${count(older)} of older hubs outside of it cannot be checked` : '';
      if (ok) return [{ check: `its ${count(rows)} rows are one unbroken chain${outside}`, ok }];
      const told = faults.slice(0, mostAuditFaults).map(({ about }) => about);
      const more = faultCount - told.length;
      return [
        {
          check: `its ${count(rows)} rows are one unbroken chain${missing > 0 ? `; ${count(missing)} are missing` : ''}`,
          ok,
          fix: [
            ...told,
            ...(more > 0 ? [`And ${count(more)} more faults: carrier audit verify lists them.`] : []),
            'Somebody changed the database behind the hub; or an older backup was put back, or another data folder.',
          ].join('\n      '),
        },
      ];
    },
    auditPatienceMs,
  );
}
