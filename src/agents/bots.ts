/** Which connectors an agent is the face of: one for each platform where it has an account. */
import type { Config } from '../config.js';
import type { Connector } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import { referencesFor, settingsFor } from '../core/connector-settings.js';
import type { ConnectorContext, ConnectorExtension } from '../extensions/extension.js';
import type { Registry } from '../extensions/registry.js';
import {
  hubValues,
  type Reading,
  readSettings,
  type Secrets,
  type SettingProblem,
  secretsOf,
  settingName,
  type Value,
} from '../extensions/settings.js';
import type { Logger } from '../logger.js';
import { madeConnector } from './made.js';

export interface Bot {
  /** The extension's name. */
  connector: string;
  /** Absent: it serves every agent. */
  agent?: Agent;
  /** Another one means that the connector must be made anew. */
  fingerprint: string;
  /** References that its secrets came from. */
  references: string[];
  create(): Promise<Connector>;
}

export interface BotParts {
  config: Config;
  registry: Registry;
  secrets: Secrets & { within(prefix: string): Secrets };
  derive(purpose: string): string;
  callbackSecret(): string;
  callbackSecretOf(tokenId: string): Promise<string | null>;
  log: Logger;
}

export interface Bots {
  bots: Bot[];
  /** Connectors the agent would be on, if their settings could be used. */
  problems: (SettingProblem & { connector: string })[];
  /** Connectors that it names and has no account of. */
  unset?: (SettingProblem & { connector: string })[];
}

/** Those that serve the whole hub. */
export function hubBots(parts: BotParts): Promise<Bots> {
  const serving = parts.registry.list('connector').filter(({ serves }) => serves === 'hub');
  return gathered(serving, async (extension) => {
    const values = hubValues(extension, parts.config.given);
    const { startedBy } = extension;
    const starts = startedBy === undefined || startedBy.some((field) => values.has(field));
    return starts ? botOf(parts, extension, values) : null;
  });
}

/** Those of one agent: by its own accounts, or by the hub's where it is the agent that they belong to. */
export async function botsOf(parts: BotParts, agent: Agent): Promise<Bots> {
  const serving = parts.registry.list('connector').filter(({ serves }) => serves !== 'hub');
  const unset: Bots['unset'] & {} = [];
  const found = await gathered(serving, async (extension) => {
    const values = valuesFor(parts.config, extension, agent);
    const { name, startedBy = secretsOf(extension) } = extension;
    const starts = extension.startedBySection
      ? Object.hasOwn(agent.character.connectors, name)
      : startedBy.some((field) => values.has(field));
    if (starts) return botOf(parts, extension, values, agent);
    if (Object.hasOwn(agent.character.connectors, name))
      unset.push(...startedBy.map((field) => withoutAccount(parts.config, extension, field, agent)));
    return null;
  });
  return unset.length === 0 ? found : { ...found, unset };
}

/** The hub's own account is one agent's. */
function withoutAccount({ platforms }: Config, extension: ConnectorExtension, field: string, { id }: Agent) {
  const own = `connectors.${extension.name}.${field === tokenOf(extension) ? 'token' : field}`;
  const hubs = settingName(extension.name, field);
  const fix = id === platforms.agent ? `set ${hubs}, or name it there` : 'name where its secret is';
  return { connector: extension.name, field: own, message: `it has no account on ${extension.name}: ${fix}` };
}

type Found = Bot | { problems: SettingProblem[] } | null;

async function gathered(
  extensions: ConnectorExtension[],
  find: (extension: ConnectorExtension) => Promise<Found>,
): Promise<Bots> {
  const found: Bots = { bots: [], problems: [] };
  for (const extension of extensions) {
    const bot = await find(extension);
    if (!bot) continue;
    if ('problems' in bot)
      found.problems.push(...bot.problems.map((problem) => ({ ...problem, connector: extension.name })));
    else found.bots.push(bot);
  }
  return found;
}

async function botOf(
  parts: BotParts,
  extension: ConnectorExtension,
  values: ReadonlyMap<string, Value>,
  agent?: Agent,
): Promise<Found> {
  const { secrets } = parts;
  const nobodys = agent ? sharedOperators(extension, agent) : [];
  if (nobodys.length > 0) return { problems: nobodys };
  const own = agent && referencesFor(agent.character, extension.name);
  const usualName = (field: string) => missingName(extension, field, own ?? {});
  const allowed =
    Object.keys(own ?? {}).length > 0 ? secrets.within(settingName(extension.name, '')) : secrets;
  const read = await readSettings(extension, values, allowed, usualName);
  if ('problems' in read) return read;
  const { name } = extension;
  return {
    connector: name,
    agent,
    // How the agent is on the platform may be part of what its connector is made of.
    fingerprint: `${read.fingerprint} ${JSON.stringify(agent?.character.connectors[name] ?? {})}`,
    references: read.references,
    create: async () =>
      madeConnector(name, await extension.create(contextOf(parts, name, read, agent)), agent?.id),
  };
}

/** Whoever is behind such an account could decide what operators decide: the agent is not there before that is mended. */
export function sharedOperators(
  { name, shared }: ConnectorExtension,
  { character }: Agent,
): SettingProblem[] {
  return settingsFor(character, name).operators.flatMap((id, at) => {
    const why = shared?.(id) ?? null;
    const message = `"${id}" cannot be an operator: ${why}. Name the ids of people`;
    return why === null ? [] : [{ field: `connectors.${name}.operators[${at}]`, message }];
  });
}

function contextOf(
  { config: { http, platforms }, derive, callbackSecret, callbackSecretOf, log }: BotParts,
  connector: string,
  { settings, nameOf }: Reading,
  agent?: Agent,
): ConnectorContext {
  const { host: _, port: __, callbackSecret: ___, ...limits } = http;
  const hub = { ...limits, streaming: platforms.streaming };
  const secrets = { derive, callbackSecret, callbackSecretOf };
  return { settings, nameOf, agent, hub, ...secrets, log: log.child({ connector }) };
}

function valuesFor(
  { given, platforms }: Config,
  extension: ConnectorExtension,
  agent: Agent,
): Map<string, Value> {
  const { name, account = secretsOf(extension) } = extension;
  const values = hubValues(extension, given);
  const own = referencesFor(agent.character, name);
  const ownAccount = Object.keys(own).length > 0;
  if (ownAccount || agent.id !== platforms.agent) for (const field of account) values.delete(field);
  if (!ownAccount) return values;
  for (const field of account) {
    const said = own[field] ?? (field === tokenOf(extension) ? own.token : undefined);
    const reference = said ?? siblingIn(extension, field, own, (setting) => given.has(setting));
    const key = own[field] === undefined && said !== undefined ? 'token' : field;
    if (reference !== undefined)
      values.set(field, { value: reference, name: `connectors.${name}.${key}`, text: false });
  }
  return values;
}

function tokenOf({ token = 'token' }: ConnectorExtension): string {
  return token;
}

/** Accounts with several secrets have them named alike: X_APP_TOKEN_CAPTAIN goes with X_BOT_TOKEN_CAPTAIN. */
function siblingIn(
  extension: ConnectorExtension,
  field: string,
  own: Record<string, string>,
  has: (setting: string) => boolean,
): string | undefined {
  const found = siblingsOf(extension, field, own).find(has);
  return found && `env:${found}`;
}

/** What a setting would be called that belongs to the account that the character names. */
function siblingsOf(extension: ConnectorExtension, field: string, own: Record<string, string>): string[] {
  const token = own.token ?? own[tokenOf(extension)];
  if (!token?.startsWith('env:')) return [];
  const usual = settingName(extension.name, field);
  const prefix = `${settingName(extension.name, '')}`;
  const named = token.slice('env:'.length);
  if (!named.startsWith(prefix)) return [];
  // SLATE_CAPTAIN_TOKEN and SLATE_BOT_TOKEN_CAPTAIN are both of the account CAPTAIN.
  const words = settingName('', tokenOf(extension)).slice(1);
  const rest = named.slice(prefix.length);
  const account = rest.replace(new RegExp(`(^|_)(${words}|TOKEN)(?=_|$)`), '').replace(/^_|_$/g, '');
  return account === ''
    ? [usual]
    : [`${usual}_${account}`, `${prefix}${account}${usual.slice(prefix.length - 1)}`];
}

function missingName(extension: ConnectorExtension, field: string, own: Record<string, string>): string {
  const siblings = siblingsOf(extension, field, own);
  if (siblings.length > 0) return siblings.join(' or ');
  return Object.keys(own).length > 0
    ? `connectors.${extension.name}.${field}`
    : settingName(extension.name, field);
}
