import type { InboundMessage } from '../core/inbound.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { check } from './check.js';
import type { Checked } from './gate.js';
import { isSame } from './is-same.js';

/**
 * A message with what was fetched for it. Whose it is and where it was said, the gate has judged: that stays.
 * @throws FatalError `internal` where another one was given for it.
 */
export function whole(admitted: Checked, completed: InboundMessage, log: Pick<Logger, 'error'>): Checked {
  const message = check(completed);
  if (!isSame(message, admitted)) {
    const { agentId, source } = admitted;
    log.error(
      { agentId, connector: source.connector },
      'a connector completed a message as another one; it is refused',
    );
    throw new FatalError(
      'internal',
      'The message could not be taken: its connector gave another one for it.',
    );
  }
  const { text, quote, parts, attachments } = message;
  const { name = admitted.author.name } = message.author;
  return {
    ...admitted,
    text,
    quote,
    parts,
    attachments,
    author: { ...admitted.author, ...(name && { name }) },
    files: [],
  };
}
