import type { TokenHolder } from '../access/principal.js';
import { tokenConnector } from '../core/connector-settings.js';
import type { InboundMessage } from '../core/inbound.js';
import { FatalError } from '../errors.js';

/**
 * Who is signed in to the console writes as themselves, and so has what they have as that person; nobody else is spoken
 * for by them.
 */
export function speakerOf(
  from: TokenHolder | undefined,
  { source, author }: InboundMessage,
): TokenHolder | undefined {
  if (from?.self === undefined) return from;
  if (from.self === author.id && source.connector === tokenConnector && source.tenant === from.tenant)
    return undefined;
  throw new FatalError('permission_denied', 'userId: you write as yourself here.', { field: 'userId' });
}
