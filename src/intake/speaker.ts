import { hubTenant, type TokenHolder } from '../access/principal.js';
import { tokenConnector } from '../core/connector-settings.js';
import { isConsoleUser, isSession, ownerUser } from '../core/console-user.js';
import type { InboundMessage } from '../core/inbound.js';
import { FatalError } from '../errors.js';

/**
 * Whose token counts for what is said. Who is signed in to the console writes as themselves, and so has what they have as
 * that person; nobody else is spoken for by them. And no token speaks for them, nor does the owner at the console.
 * @throws FatalError `permission_denied`
 */
export function speakerOf(
  from: TokenHolder | undefined,
  { source, author }: InboundMessage,
): TokenHolder | undefined {
  const isHere = source.connector === tokenConnector && source.tenant === hubTenant;
  if (from?.self !== undefined) {
    if (from.self === author.id && isHere) return undefined;
    throw new FatalError('permission_denied', 'userId: you write as yourself here.', { field: 'userId' });
  }
  const isOwner = isSession(from?.id) && author.id === ownerUser;
  if (!isHere || !isConsoleUser(author.id) || isOwner) return from;
  throw new FatalError(
    'permission_denied',
    'userId: so are those called who sign in to the console, and nobody else speaks for them. Use another name.',
    { field: 'userId' },
  );
}
