/** All that is held of a person, over all accounts that are linked: given out, or erased. */
import { z } from 'zod';
import { Account } from '../access/account.js';
import type { Principal } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import { doesSpeak, isOwnOf, requireHolding } from './accounts.js';
import { AccountInput } from './as-written.js';
import { tooMuch } from './holding.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id } from './shapes.js';

const Whom = {
  account: AccountInput,
  agentId: id.optional().describe('what this agent alone remembers; absent: everything there is of them'),
};
/** As a query has it, too. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const Counts = z.record(z.string(), z.number());
const Preview = z.object({
  code: z.string().describe('confirms it, for an hour'),
  accounts: z.array(Account).describe('all that are linked'),
  counts: Counts,
});

export const exportPerson = defineOperation({
  name: 'people.export',
  about: 'all that is held of a person, over all linked accounts, as lines of JSON; the last is a manifest',
  permission: 'people.export',
  reads: true,
  input: z.strictObject({ ...Whom, files: flag.default(true).describe('the bytes of files, too') }),
  output: z.object({
    lines: z.custom<AsyncIterable<string>>(),
    name: z.string().describe('of the file'),
  }),
  concerns,
  audit: ({ account, agentId, files }) => ({ ...account, agentId, files }),
  async run({ account, agentId, files }, parts) {
    const accounts = await accountsOf(account, agentId, parts);
    const lines = parts.governing.export({ accounts, agentId, files });
    return { lines, name: `${account.userId.replace(/[^\w.-]+/g, '_').slice(0, 60)}.ndjson` };
  },
});

export const previewErasure = defineOperation({
  name: 'people.previewErasure',
  about: 'how much of a person would be erased, over all linked accounts, and a code that confirms it',
  permission: 'people.erase',
  input: z.strictObject(Whom),
  output: Preview,
  concerns,
  audit: ({ account, agentId }) => ({ ...account, agentId }),
  run: ({ account, agentId }, parts) => preview(account, agentId, parts),
});

export const erasePerson = defineOperation({
  name: 'people.erase',
  about:
    'erase a person as a preview showed; where other accounts are linked by now, that is shown, and nothing goes',
  permission: 'people.erase',
  input: z.strictObject({ code: id.describe('of the preview') }),
  output: z.object({
    /** Null: nothing was. */
    erased: Counts.nullable(),
    /** To be confirmed instead. */
    preview: Preview.nullable(),
  }),
  async concerns({ code }, { governing: { erasures }, principal }) {
    const wanted = await erasures.wanted(code);
    if (wanted) return concerns({ account: wanted.accounts[0]!, agentId: wanted.agentId });
    // Who has confirmed it may hear so again; by then only the digests are known.
    if (principal.kind !== 'person') return {};
    const { connector, tenant, userId } = principal;
    const own = { connector, tenant, userId };
    return (await erasures.isOf(code, own)) ? own : {};
  },
  unknown: {
    message: 'There is no such preview, or it is older than an hour. Look again what would go.',
    field: 'code',
  },
  async run({ code }, parts) {
    const { people, governing } = parts;
    const wanted = await governing.erasures.wanted(code);
    // What was confirmed before is told again.
    if (!wanted) return { erased: await governing.erasures.confirm(code), preview: null };
    const { accounts, agentId } = wanted;
    const now = await accountsOf(accounts[0]!, agentId, parts);
    const ids = (all: readonly Account[]) => JSON.stringify(all.map((one) => people.idOf(one)).sort());
    if (ids(now) !== ids(accounts))
      return { erased: null, preview: await preview(accounts[0]!, agentId, parts) };
    if (wanted.access) await requireHolding([...accounts], parts);
    return { erased: await governing.erasures.confirm(code), preview: null };
  },
});

type Circumstances = OperationParts & { principal: Principal; sees(resource: Resource): boolean };

async function preview(account: Account, agentId: string | undefined, parts: Circumstances) {
  const accounts = await accountsOf(account, agentId, parts);
  // Whoever wants to be forgotten is still who they are; and of one agent alone nobody is taken a role.
  const access = agentId === undefined && !isOwnOf(parts.principal, account, parts);
  if (access) await requireHolding(accounts, parts);
  const shown = await parts.governing.erasures.preview({ accounts, agentId, access });
  return { ...shown, accounts };
}

/** @throws FatalError `permission_denied` where one of them is not for whoever asks */
async function accountsOf(
  account: Account,
  agentId: string | undefined,
  { people, principal, sees }: Circumstances,
): Promise<Account[]> {
  const all = await people.accountsOf(account);
  if (principal.kind === 'person' && isOwnOf(principal, account, { people }))
    // Anybody with such a token could name them: they have what is of this account.
    return doesSpeak(principal) ? all : [account];
  if (!all.every((one) => sees({ ...one, agentId })))
    throw tooMuch('An account of theirs is none that you look after.');
  return all;
}

function concerns({ account, agentId }: { account: Account; agentId?: string | undefined }): Resource {
  return { ...account, ...(agentId !== undefined && { agentId }) };
}
