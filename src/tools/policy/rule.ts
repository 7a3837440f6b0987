/** One rule of the policy: whether it is about a call, and what it is called. */
import { isAtLeast, type Role } from '../../access/role.js';
import type { PolicyRule } from '../../core/policy-rules.js';
import type { Requester } from '../../core/requester.js';
import { writtenAccount, writtenTenant } from '../../core/written-account.js';
import { argumentsMatch, type Bearing } from './arguments.js';
import type { PolicyCall } from './call.js';
import { matchesAny } from './pattern.js';

/** What nobody knows makes no call milder. */
export function isAbout(rule: PolicyRule, call: PolicyCall): boolean {
  const { tool, requester, place, direct } = call;
  const bearing: Bearing = rule.effect === 'allow' ? 'mild' : 'severe';
  const { agent, tool: tools, connector, person, room } = rule;
  // Who writes another case than there is means it all the same; what is allowed so is another thing.
  const loosely = bearing === 'severe';
  const isOf = (said: string | string[] | undefined, text: string) =>
    said === undefined || matchesAny(said, text, loosely);
  return (
    isOf(agent, call.agentId) &&
    isOf(tools, tool.key) &&
    isOf(connector, place.connector) &&
    (rule.place === undefined || [rule.place].flat().some((said) => isPlace(said, place, loosely))) &&
    (room === undefined || (direct === undefined ? bearing === 'severe' : direct === (room === 'direct'))) &&
    (rule.role === undefined || [rule.role].flat().some((said) => isRole(said, requester.role))) &&
    (person === undefined || isPerson(person, requester, loosely)) &&
    same(rule.tainted, call.tainted) &&
    same(rule.changes, !tool.hints.readOnly) &&
    same(rule.destructive, !tool.hints.readOnly && tool.hints.destructive) &&
    same(rule.openWorld, tool.hints.openWorld) &&
    hasArguments(rule, call, bearing)
  );
}

/** As people read it. It does not say where the rule stands among others, since that means nothing. */
export function ruleName({ name, effect, reason: _, ask: __, ...about }: PolicyRule): string {
  if (name) return name;
  const said = Object.entries(about).map(([field, value]) => `${field} ${text(value)}`);
  const all = [effect, said.join(', ')].filter(Boolean).join(': ');
  return all.length > mostChars ? `${all.slice(0, mostChars)}…` : all;
}

const mostChars = 200;

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(' | ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function same(said: boolean | undefined, is: boolean): boolean {
  return said === undefined || said === is;
}

/** A channel may have slashes in it. */
function isPlace(
  said: string,
  { connector, tenant, channel }: PolicyCall['place'],
  loosely: boolean,
): boolean {
  const [first = '', second = '*', ...third] = said.split('/');
  const parts: [string, string][] = [
    [first, connector],
    [second, tenant],
    [third.length > 0 ? third.join('/') : '*', channel],
  ];
  return parts.every(([pattern, part]) => matchesAny(pattern, part, loosely));
}

function isRole(said: string, held: Role): boolean {
  const role = said.replace(/[+-]$/, '') as Role;
  if (said.endsWith('+')) return isAtLeast(held, role);
  return said.endsWith('-') ? isAtLeast(role, held) : held === role;
}

function isPerson(said: string | string[], { accounts }: Requester, loosely: boolean): boolean {
  return accounts.some((account) =>
    namesOf(account, loosely).some((name) => matchesAny(said, name, loosely)),
  );
}

/** Loosely also with a tenant's colons as they are, which could be of somebody else's name. */
function namesOf(account: Requester['accounts'][number], loosely: boolean): string[] {
  const { connector, tenant, userId } = account;
  const tenants = loosely ? [writtenTenant(tenant), tenant] : [writtenTenant(tenant)];
  return [writtenAccount(account), ...tenants.map((written) => `${connector}/${written}:${userId}`)];
}

function hasArguments(
  { arguments: said }: PolicyRule,
  { parameters, taken }: PolicyCall,
  bearing: Bearing,
): boolean {
  if (!said) return true;
  const views = taken === undefined ? [parameters] : [parameters, taken];
  const match = (view: unknown) => argumentsMatch(said, view, bearing);
  return bearing === 'mild' ? views.every(match) : views.some(match);
}
