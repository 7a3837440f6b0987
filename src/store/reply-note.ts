import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import type { SourceKey } from '../core/memory.js';
import { defineNote } from './note.js';

/** Which of the agent's replies a platform's message is: the memory's id. */
export const replyNote = defineNote({
  key: ({ agentId, connector, tenant, messageId }: SourceKey) =>
    derivedId('reply', agentId, connector, tenant, messageId),
  schema: z.string(),
});
