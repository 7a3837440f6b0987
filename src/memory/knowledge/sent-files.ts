import type { Memory } from '../../core/memory.js';
import type { Document } from './document.js';
import type { SentFile } from './documents.js';

/** What has words that can be read; what else there is, the reader says. */
const readable =
  /^(text\/|application\/(json|xml|yaml|toml|pdf)$|application\/vnd\.openxmlformats-officedocument\.wordprocessingml\.document$)/;

/** The documents among a message's own files. */
export function sentFiles({ id, agentId, scope, role, author, source, content }: Memory): SentFile[] {
  if (role !== 'user') return [];
  const { connector, tenant, channel } = source;
  return content.attachments
    .filter(({ of, mediaType }) => of === undefined && readable.test(mediaType))
    .map(({ name, mediaType, size, file }) => ({
      ...{ agentId, own: scope, from: id, name, mediaType, size, file },
      owner: { connector, tenant, channel, userId: author.id } satisfies Document['owner'],
      taint: [{ kind: 'file', what: name }],
    }));
}
