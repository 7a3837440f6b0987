/** Secrets of an ElizaOS character, and what they are called here. */
import type { Remark } from './plan.js';

/** The character's own field for a platform's secret, by the name that ElizaOS gives it. */
const platforms: Record<string, { connector: string; field: string; prefix: string }> = {
  DISCORD_API_TOKEN: { connector: 'discord', field: 'token', prefix: 'DISCORD_TOKEN' },
  DISCORD_BOT_TOKEN: { connector: 'discord', field: 'token', prefix: 'DISCORD_TOKEN' },
  TELEGRAM_BOT_TOKEN: { connector: 'telegram', field: 'token', prefix: 'TELEGRAM_TOKEN' },
  SLACK_BOT_TOKEN: { connector: 'slack', field: 'token', prefix: 'SLACK_BOT_TOKEN' },
  SLACK_APP_TOKEN: { connector: 'slack', field: 'appToken', prefix: 'SLACK_APP_TOKEN' },
  SLACK_SIGNING_SECRET: { connector: 'slack', field: 'signingSecret', prefix: 'SLACK_SIGNING_SECRET' },
};

/** Keys of the hub itself, for all of its agents. Addresses are not among them: a stranger's file may lead words astray. */
const ofHub = new Set(['OPENAI_API_KEY', 'ANTHROPIC_API_KEY']);

export interface Secrets {
  /** For `.env`. */
  values: Record<string, string>;
  /** References for the character, by connector and field. */
  connectors: Record<string, Record<string, string>>;
  remarks: Remark[];
}

function ownName(prefix: string, agentId: string): string {
  return `${prefix}_${agentId.toUpperCase().replaceAll('-', '_')}`;
}

/** What a token of the agent on a platform is to be called. */
export function tokenName(connector: string, agentId: string, field = 'token'): string {
  const found = Object.values(platforms).find((one) => one.connector === connector && one.field === field);
  return ownName(found!.prefix, agentId);
}

/** @param places where secrets stand, by path; no value of any of them is in what is told. */
export function secretsOf(places: Record<string, unknown>, agentId: string): Secrets {
  const found: Secrets = { values: {}, connectors: {}, remarks: [] };
  for (const [path, given] of Object.entries(places)) {
    if (given === undefined) continue;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      found.remarks.push({ path, why: 'is no map of names and values' });
      continue;
    }
    for (const [name, value] of Object.entries(given)) take(found, `${path}.${name}`, name, value, agentId);
  }
  return found;
}

/** Whether a setting is one of these, wherever it stands. */
export function isKnownSecret(name: string): boolean {
  return Object.hasOwn(platforms, name) || ofHub.has(name);
}

function take(found: Secrets, path: string, name: string, value: unknown, agentId: string): void {
  const why = whyNot(name, value);
  const platform = Object.hasOwn(platforms, name) ? platforms[name] : undefined;
  const own = platform ? ownName(platform.prefix, agentId) : name;
  const differs = Object.hasOwn(found.values, own) && found.values[own] !== value;
  if (why !== null || differs) {
    found.remarks.push({ path, why: why ?? `differs from the ${own} that was found before` });
    return;
  }
  found.values[own] = value as string;
  if (!platform) return;
  const { connector, field } = platform;
  found.connectors[connector] = { ...found.connectors[connector], [field]: `env:${own}` };
}

function whyNot(name: string, value: unknown): string | null {
  if (value === '' || value === null) return 'is empty';
  if (!isKnownSecret(name))
    return 'is no secret that this hub has a use for: set what you need of it in .env yourself';
  const isLine = typeof value === 'string' && value.length <= 4096 && !/\p{Cc}|\$\{/u.test(value);
  return isLine ? null : 'is no secret: it must be one line of text';
}
