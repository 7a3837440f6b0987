import { readAccount } from '../access/account.js';
import type { People } from '../access/people.js';
import { hubTenant, type TokenHolder } from '../access/principal.js';
import { tokenConnector } from '../core/connector-settings.js';
import type { InboundMessage } from '../core/inbound.js';
import { FatalError } from '../errors.js';

/**
 * Whose token counts for what is said. Who is signed in to the console writes as themselves, and so has what they have as
 * that person; nobody else is spoken for by them. And no token speaks for them: their account in the console is one
 * person with the one they came from, so its words would be read as theirs.
 * @throws FatalError `permission_denied`
 */
export async function speakerOf(
  from: TokenHolder | undefined,
  { source, author }: InboundMessage,
  people: Pick<People, 'accountsOf'>,
): Promise<TokenHolder | undefined> {
  const isConsole = source.connector === tokenConnector && source.tenant === hubTenant;
  if (from?.self !== undefined) {
    if (from.self === author.id && isConsole) return undefined;
    throw new FatalError('permission_denied', 'userId: you write as yourself here.', { field: 'userId' });
  }
  const named = from && isConsole ? readAccount(author.id) : null;
  if (!named) return from;
  const { connector, tenant } = source;
  const linked = await people.accountsOf({ connector, tenant, userId: author.id });
  const isTheirs = linked.some(
    (one) => one.connector === named.connector && one.tenant === named.tenant && one.userId === named.userId,
  );
  if (!isTheirs) return from;
  throw new FatalError(
    'permission_denied',
    'userId: this is how somebody is called who signs in to the console; a token does not speak for them. Use another name.',
    { field: 'userId' },
  );
}
