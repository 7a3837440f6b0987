import type { InboundMessage } from '../core/inbound.js';
import { roomIdOf } from '../core/memory.js';

/** Whether a completed message is still the one that was let in: by the same person, in the same room. */
export function isSame(completed: InboundMessage, admitted: InboundMessage): boolean {
  return (
    completed.agentId === admitted.agentId &&
    completed.direct === admitted.direct &&
    completed.author.id === admitted.author.id &&
    completed.source.messageId === admitted.source.messageId &&
    roomIdOf(completed.agentId, completed.source) === roomIdOf(admitted.agentId, admitted.source)
  );
}
