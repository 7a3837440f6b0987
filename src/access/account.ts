import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import { readTenant } from '../core/written-account.js';
import type { Level } from './role.js';

/** Somebody on one platform; or behind the tokens of one tenant, where callers name the users. */
export const Account = z.strictObject({
  connector: z.string().min(1).max(64),
  /** As in a message's source. */
  tenant: z.string().min(1).max(256).default('default'),
  userId: z.string().min(1).max(256),
});
export type Account = z.output<typeof Account>;

/** A platform's role, user group or the like, by its id there. */
export const Group = z.strictObject({
  connector: Account.shape.connector,
  tenant: Account.shape.tenant,
  group: z.string().min(1).max(256),
});
export type Group = z.output<typeof Group>;

/**
 * As people write it: `CONNECTOR:USER`, or `CONNECTOR/TENANT:USER`; what `writtenAccount` makes, of any account. Null: it
 * is not of that form.
 */
export function readAccount(text: string): Account | null {
  const { connector, tenant, id: userId } = parts(text);
  return Account.safeParse({ connector, tenant, userId }).data ?? null;
}

export function readGroup(text: string): Group | null {
  const { connector, tenant, id: group } = parts(text);
  return Group.safeParse({ connector, tenant, group }).data ?? null;
}

const form = /^([^/:\s]+)(?:\/([^:]+))?:(.+)$/s;

function parts(text: string): Record<'connector' | 'tenant' | 'id', string | undefined> {
  const [, connector, tenant, id] = form.exec(text) ?? [];
  return { connector, tenant: tenant && readTenant(tenant), id };
}

export { writtenAccount } from '../core/written-account.js';

/** A level in words. */
export function levelText({ agentId, connector, tenant, channel }: Level): string {
  const place = [connector, tenant, channel].filter((part) => part !== undefined).join('/');
  const parts = [agentId && `agent ${agentId}`, place && `on ${place}`].filter(Boolean);
  return parts.length > 0 ? parts.join(' ') : 'the whole hub';
}

/** Of which connectors a user's id is theirs in every tenant: a server there is no platform of its own. */
export type PlatformWide = (connector: string) => boolean;

/** Why an account is nobody's alone; null: somebody's. */
export type SharedBy = (account: Pick<Account, 'connector' | 'userId'>) => string | null;

/**
 * What proves now that an account is whose it says, as a digest: another one where a site signs its users with another
 * secret. Undefined: nothing here says, or nothing need be proved.
 */
export type ProofOf = (account: Account, agentId: string) => string | undefined;

/** Names an account, alike in all processes. */
export function accountId({ connector, tenant, userId }: Account, platformWide: PlatformWide): string {
  return derivedId('account', connector, platformWide(connector) ? '' : tenant, userId);
}
