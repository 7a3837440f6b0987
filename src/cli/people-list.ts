/** `carrier people list`: who was let in, and who has a role. */
import { type Account, levelText, writtenAccount } from '../access/account.js';
import type { OutputOf } from '../operations/operations.js';
import { carry } from './carry.js';
import { cells, words } from './cells.js';
import { harmlessJson, paint, print } from './output.js';
import { laidOut } from './table.js';
import type { Own } from './typed.js';

interface Listed extends Account {
  /** As whoever let them in saw it. */
  name?: string;
  roles: string[];
  paired: string[];
}

export async function listPeople({ config, options, url }: Own): Promise<void> {
  const [{ roles }, { pairings }] = (await Promise.all([
    carry(config, 'roles.list', {}, url),
    carry(config, 'pairings.list', {}, url),
  ])) as [OutputOf<'roles.list'>, OutputOf<'pairings.list'>];
  const people = new Map<string, Listed>();
  const of = ({ connector, tenant, userId }: Account) => {
    const key = writtenAccount({ connector, tenant, userId });
    const known = people.get(key) ?? { connector, tenant, userId, roles: [], paired: [] };
    people.set(key, known);
    return known;
  };
  for (const { account, role, level } of roles)
    if (account) of(account).roles.push(`${role} for ${levelText(level)}`);
  for (const { agentId, pairedAt, name, ...account } of pairings) {
    const known = of(account);
    if (name !== undefined) known.name = name;
    known.paired.push(`with ${agentId} since ${pairedAt}`);
  }
  const listed = [...people.values()];
  if (options.json) return print(harmlessJson({ people: listed }));
  if (listed.length === 0)
    return print(paint.dim('Nobody was let in or has a role. "carrier rooms" lists who has talked.'));
  const rows = listed.map(({ name = '', roles, paired, ...account }) =>
    cells(writtenAccount(account), words(name), words(roles.join(', ')), words(paired.join(', '))),
  );
  for (const line of laidOut(rows)) print(line);
}
