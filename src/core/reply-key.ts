import { derivedId } from './ids.js';
import type { SourceKey } from './memory.js';

/** Key of the note that tells which of the agent's replies a platform's message is; its value is the memory's id. */
export function replyKey({ agentId, connector, tenant, messageId }: SourceKey): string {
  return derivedId('reply', agentId, connector, tenant, messageId);
}
