/** The platforms of an OpenClaw installation: which agent has which account, and who may talk to it. */

import { join } from 'node:path';
import { beginningOf } from '../discreet.js';
import { tokenName } from '../elizaos-secrets.js';
import { type Fields, fieldsOf, listIn, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenAgent } from './agents.js';
import type { OpenFolder } from './folder.js';
import { gateOf } from './gate.js';
import { secretAt } from './secrets.js';

/** Secrets of a connector by the name that OpenClaw gives them. */
const platforms: Record<string, Record<string, string>> = {
  telegram: { botToken: 'token' },
  discord: { token: 'token' },
  slack: { botToken: 'token', appToken: 'appToken', signingSecret: 'signingSecret' },
};
const usualAccount = 'default';

export interface Channels {
  connectors: Record<string, Fields>;
  /** For `.env`. */
  secrets: Record<string, string>;
  steps: string[];
}

export interface ChannelParts {
  config: Fields;
  folder: OpenFolder;
  agents: readonly OpenAgent[];
  environment: Readonly<Record<string, string>>;
  /** An agent as it is called here. */
  idOf(agent: OpenAgent): string;
}

/** By the agent's id there. */
export async function channelsOf(parts: ChannelParts, remarks: Remark[]): Promise<Map<string, Channels>> {
  const { config, agents } = parts;
  const found = new Map<string, Channels>(
    agents.map(({ id }) => [id, { connectors: {}, secrets: {}, steps: [] }]),
  );
  const bound = boundOf(config, remarks);
  for (const [name, section] of Object.entries(fieldsOf(config.channels))) {
    const path = `channels.${name}`;
    if (name === 'defaults') {
      remarks.push({ path, why: 'each agent says for itself who may talk to it' });
      continue;
    }
    if (!Object.hasOwn(platforms, name)) {
      const again = name === 'whatsapp' ? '; a phone would have to be paired anew anyway' : '';
      remarks.push({ path, why: `there is no connector for it${again}` });
      continue;
    }
    for (const account of accountsOf(fieldsOf(section), path)) {
      if (account.fields.enabled === false) {
        remarks.push({ path: account.path, why: 'is turned off' });
        continue;
      }
      const agent = agentOf(bound, name, account.id, agents);
      if (!agent) remarks.push({ path: account.path, why: 'is bound to an agent that is not there' });
      else await take(parts, { platform: name, account, agent, into: found.get(agent.id)! }, remarks);
    }
  }
  return found;
}

interface AccountThere {
  id: string;
  path: string;
  fields: Fields;
}

/** One account is written flat, several by their ids; what stands above them counts for each. */
function accountsOf(section: Fields, path: string): AccountThere[] {
  const { accounts, defaultAccount: _, ...common } = section;
  const named = Object.entries(fieldsOf(accounts));
  if (named.length === 0) return [{ id: usualAccount, path, fields: common }];
  const { botToken, token, tokenFile, appToken, signingSecret, ...shared } = common;
  const own = [botToken, token, tokenFile].some((one) => one !== undefined);
  return [
    ...(own && !named.some(([id]) => id === usualAccount)
      ? [{ id: usualAccount, path, fields: common }]
      : []),
    ...named.map(([id, fields]) => ({
      ...{ id, path: `${path}.accounts.${id}` },
      fields: { ...shared, ...fieldsOf(fields) },
    })),
  ];
}

interface Bound {
  agentId: string;
  channel: string;
  /** Absent: the usual account; `*`: each. */
  accountId: string | undefined;
}

function boundOf(config: Fields, remarks: Remark[]): Bound[] {
  return listIn(config.bindings).flatMap((binding, at) => {
    const { agentId, match, type } = fieldsOf(binding);
    const { channel, accountId, peer, guildId, teamId } = fieldsOf(match);
    const path = `bindings[${at}]`;
    if (typeof agentId !== 'string' || typeof channel !== 'string' || type === 'acp') {
      remarks.push({ path, why: 'binds no agent to a platform' });
      return [];
    }
    if (peer !== undefined || guildId !== undefined || teamId !== undefined) {
      remarks.push({
        path,
        why: `binds ${beginningOf(agentId, 64)} to a part of ${beginningOf(channel, 64)}: here each agent has an account of its own, with the places that may use it under \`allow\``,
      });
      return [];
    }
    return [{ agentId, channel, accountId: textIn(accountId) }];
  });
}

function agentOf(bound: Bound[], channel: string, account: string, agents: readonly OpenAgent[]) {
  const here = bound.filter((one) => one.channel === channel);
  const match =
    here.find((one) => one.accountId === account) ??
    here.find((one) => one.accountId === undefined && account === usualAccount) ??
    here.find((one) => one.accountId === '*');
  if (!match) return agents.find(({ isDefault }) => isDefault);
  return agents.find(({ id }) => id === match.agentId);
}

async function take(
  { folder, environment, idOf }: ChannelParts,
  found: { platform: string; account: AccountThere; agent: OpenAgent; into: Channels },
  remarks: Remark[],
): Promise<void> {
  const { platform, account, agent, into } = found;
  if (into.connectors[platform]) {
    const why = 'is a second account of one agent on one platform: make an agent of its own for it';
    remarks.push({ path: account.path, why });
    return;
  }
  const references: Record<string, string> = {};
  for (const [key, field] of Object.entries(platforms[platform]!)) {
    const secret = await secretAt(account.fields, key, environment, folder);
    if (secret === undefined && field !== 'token') continue;
    const name = tokenName(platform, idOf(agent), field);
    references[field] = `env:${name}`;
    if (secret && 'value' in secret) into.secrets[name] = secret.value;
    else
      into.steps.push(
        `set up ${platform}: put its ${field} into .env as ${name}${secret ? ` (${secret.missing})` : ''}`,
      );
  }
  const paired = await pairedOf(folder, platform, account.id, remarks);
  into.connectors[platform] = { ...references, ...gateOf(platform, account, paired, remarks) };
}

/** Who was let in by a code. */
async function pairedOf(
  folder: OpenFolder,
  platform: string,
  account: string,
  remarks: Remark[],
): Promise<unknown[]> {
  const names = [`${platform}-${account}-allowFrom.json`];
  if (account === usualAccount) names.push(`${platform}-allowFrom.json`);
  const found: unknown[] = [];
  for (const name of names.filter((one) => /^[\w.-]+$/.test(one))) {
    const path = join(folder.state, 'credentials', name);
    const text = await folder.text(path, remarks);
    if (text === null) continue;
    try {
      const value: unknown = JSON.parse(text);
      found.push(...(Array.isArray(value) ? value : listIn(fieldsOf(value).allowFrom)));
    } catch {
      remarks.push({
        path: folder.nameOf(path),
        why: 'is no JSON, so whoever it lets in is not let in here',
      });
    }
  }
  return found;
}
