/** An OpenClaw installation as agents of ours. What is no part of them is named, never dropped unsaid. */
import { join } from 'node:path';
import type { Account } from '../../../access/account.js';
import type { PastRoom } from '../../../importing.js';
import { agentIdOf } from '../agent-id.js';
import { hideSecretsIn } from '../discreet.js';
import { type Fields, fieldsOf } from '../fields.js';
import type { ImportedAgent, Remark } from '../plan.js';
import { agentsOf, type OpenAgent } from './agents.js';
import { type Channels, channelsOf } from './channels.js';
import { readOpenConfig } from './config.js';
import { OpenFolder } from './folder.js';
import { type Job, jobsOf } from './jobs.js';
import { modelKeysOf, modelsOf } from './models.js';
import { notesOf } from './notes.js';
import { personaOf } from './persona.js';
import { environmentOf } from './secrets.js';
import { sessionsOf } from './sessions.js';
import { skillsOf } from './skills.js';

export interface OpenClaw {
  /** The folder that was read. */
  from: string;
  agents: MovedAgent[];
  /** Keys of the hub for all of its agents: for `.env`. */
  secrets: Record<string, string>;
  jobs: Job[];
  /** Of the installation as a whole. */
  remarks: Remark[];
}

export interface MovedAgent extends ImportedAgent {
  past: PastRoom[];
}

export interface OpenClawOptions {
  /** Whose the private notes and conversations are; absent: they are left out. */
  owner?: Account;
  /** The time zone of the machine that it comes from. */
  zone?: string;
  now: number;
}

/** Read here; the others are listed. */
const read = new Set(['agents', 'agent', 'bindings', 'channels', 'skills', 'env', 'models', '$schema']);
const readOfDefaults = new Set(['workspace', 'model', 'models']);
const readOfAgent = new Set([
  'id',
  'default',
  'name',
  'workspace',
  'agentDir',
  'model',
  'identity',
  'skills',
]);
const withoutUse: Record<string, string> = {
  mcp: 'no program is started, and no address called, because a file says so: docs/tool-sources.md says how to name them',
  tools: 'tools have other names here, and ask before they change anything: docs/tools.md',
  session: 'whose conversation is whose is settled here: docs/conversations.md, docs/people.md',
  cron: 'jobs are in cron/jobs.json',
  gateway: 'the hub has tokens of its own',
  sandbox: 'nothing of an agent is run on this machine',
  groupChat: 'people name the agent by its name, or as the platform has it',
  params: 'see temperature and maxTokens of characters/README.md',
  subagents: 'agents here call no others',
};
const unlike = 'there is no setting like it';
/** Of the state folder, and of an agent's own. */
const filesWithoutUse: Record<string, string> = {
  'exec-approvals.json': 'which commands may run is settled here by the policy: docs/tools.md',
  'auth-profiles.json':
    'keys and sign-ins of models are not read: set OPENAI_API_KEY or ANTHROPIC_API_KEY in .env',
  memory: 'is made of the notes again',
  hooks: 'no program of a folder is run',
  extensions: 'no program of a folder is run',
};

/** @param source the state folder, or the one around it; read only. @throws FatalError `invalid_field` */
export async function readOpenClaw(source: string, { owner, zone, now }: OpenClawOptions): Promise<OpenClaw> {
  const folder = await OpenFolder.at(source);
  const config = await readOpenConfig(folder);
  const remarks = [...folder.remarks];
  if (folder.configFile === null)
    remarks.push({
      path: folder.nameOf(folder.state),
      why: 'has no configuration: only workspaces are taken',
    });
  const environment = await environmentOf(config, folder, remarks);
  hideSecretsIn([config, environment]);
  const there = await agentsOf(config, folder, remarks);
  const ids = idsOf(there);
  const idOf = (agent: OpenAgent) => ids.get(agent)!;
  const channels = await channelsOf({ config, folder, agents: there, environment, idOf }, remarks);
  const agents: MovedAgent[] = [];
  for (const agent of there) {
    const parts = { agent, id: idOf(agent), config, folder, owner };
    agents.push(await agentOf(parts, channels.get(agent.id)!));
  }
  const agentOfJob = (id: string | undefined) => {
    const found = there.find((one) => (id === undefined ? one.isDefault : one.id === id));
    return found && idOf(found);
  };
  const jobs = await jobsOf({ folder, agentOf: agentOfJob, zone, now }, remarks);
  const secrets = await modelKeysOf(config, environment, folder, remarks);
  const taken = new Set([secrets, ...agents.map((one) => one.secrets)].flatMap((one) => Object.values(one)));
  leftOut(config, remarks);
  for (const place of ['', ...there.map(({ id }) => join('agents', id, 'agent'))])
    for (const name of await folder.names(join(folder.state, place)))
      if (Object.hasOwn(filesWithoutUse, name))
        remarks.push({ path: folder.nameOf(join(folder.state, place, name)), why: filesWithoutUse[name]! });
  for (const [name, value] of Object.entries(environment))
    if (!taken.has(value))
      remarks.push({ path: `env.${name}`, why: 'is taken only where a platform or a model here needs it' });
  return { from: folder.state, agents, secrets, jobs, remarks };
}

interface AgentParts {
  agent: OpenAgent;
  id: string;
  config: Fields;
  folder: OpenFolder;
  owner: Account | undefined;
}

async function agentOf(
  { agent, id, config, folder, owner }: AgentParts,
  channels: Channels,
): Promise<MovedAgent> {
  const remarks: Remark[] = [];
  const persona = await personaOf(agent, folder, remarks);
  const skills = await skillsOf(agent, config, folder, remarks);
  const defaults = { ...fieldsOf(config.agent), ...fieldsOf(fieldsOf(config.agents).defaults) };
  const own = agent.entry.model !== undefined;
  const models = own
    ? modelsOf(agent.entry.model, `${agent.path}.model`, config, remarks)
    : modelsOf(defaults.model, 'agents.defaults.model', config, remarks);
  for (const key of Object.keys(agent.entry).filter((one) => !readOfAgent.has(one)))
    remarks.push({ path: `${agent.path}.${key}`, why: withoutUse[key] ?? unlike });
  const past = await pastOf({ agent, id, config, folder, owner }, persona.name, remarks);
  return {
    id,
    from: folder.nameOf(agent.workspace ?? folder.state),
    character: {
      name: persona.name,
      bio: persona.bio.length > 0 ? persona.bio : '',
      ...(persona.system !== '' && { system: persona.system }),
      ...(persona.style.length > 0 && { style: persona.style }),
      ...(models.length > 0 && { models }),
      ...(skills.names.length > 0 && { skills: skills.names.map((name) => `./skills/${id}/${name}`) }),
      ...(Object.keys(channels.connectors).length > 0 && { connectors: channels.connectors }),
    } as ImportedAgent['character'],
    documents: [],
    skills: skills.files,
    secrets: channels.secrets,
    steps: [...persona.steps, ...channels.steps],
    remarks,
    past,
  };
}

async function pastOf(
  { agent, id, folder, owner }: AgentParts,
  agentName: string,
  remarks: Remark[],
): Promise<PastRoom[]> {
  const past: PastRoom[] = [];
  const notes = agent.workspace === null ? [] : await notesOf(agent.workspace, folder, remarks);
  if (notes.length > 0 && owner)
    past.push({ agentId: id, agentName, owner, channel: `openclaw:${agent.id}:notes`, said: notes });
  else if (notes.length > 0)
    remarks.push({
      path: folder.nameOf(agent.workspace!),
      why: `${notes.length} notes of USER.md, MEMORY.md and memory/: it must be said whose they are, --owner CONNECTOR:USER, so that nobody else is told of them`,
    });
  for (const { id: session, whose, said } of await sessionsOf(agent, owner, folder, remarks))
    past.push({ agentId: id, agentName, owner: whose, channel: `openclaw:${session}`, said });
  return past;
}

/** Two may come to one name. */
function idsOf(agents: readonly OpenAgent[]): Map<OpenAgent, string> {
  const taken = new Set<string>();
  return new Map(
    agents.map((agent) => {
      const plain = agentIdOf(agent.id);
      let id = plain;
      for (let number = 2; taken.has(id); number++) id = `${plain}-${number}`;
      taken.add(id);
      return [agent, id];
    }),
  );
}

function leftOut(config: Fields, remarks: Remark[]): void {
  const add = (path: string, key: string) => remarks.push({ path, why: withoutUse[key] ?? unlike });
  for (const key of Object.keys(config)) if (!read.has(key)) add(key, key);
  const { list: _, entries: __, defaults, ...others } = fieldsOf(config.agents);
  for (const key of Object.keys(others)) add(`agents.${key}`, key);
  for (const key of Object.keys(fieldsOf(defaults)))
    if (!readOfDefaults.has(key)) add(`agents.defaults.${key}`, key);
  for (const key of Object.keys(fieldsOf(config.agent)))
    if (!readOfDefaults.has(key)) add(`agent.${key}`, key);
  for (const [name, said] of Object.entries(fieldsOf(fieldsOf(config.skills).entries)))
    for (const key of ['apiKey', 'env', 'config'])
      if (fieldsOf(said)[key] !== undefined)
        remarks.push({
          path: `skills.entries.${name}.${key}`,
          why: 'a skill is text here, and is given no secrets',
        });
}
