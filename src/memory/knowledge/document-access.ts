import { isAtLeast } from '../../access/role.js';
import type { Memory } from '../../core/memory.js';
import type { Requester } from '../../core/requester.js';
import { FatalError } from '../../errors.js';
import type { DocumentAccess } from '../../plugin/plugin.js';
import type { FileQuota } from '../../store/file-store.js';
import type { Store } from '../../store/store.js';
import type { Documents, SentFile } from './documents.js';
import { sentFiles } from './sent-files.js';

/** How far back a file is looked for that somebody wants kept, in messages. */
const lookedBack = 20;

interface Parts {
  documents: Pick<Documents, 'add'>;
  store: Pick<Store, 'memories' | 'files'>;
  quota: FileQuota;
}

/** Whoever was let in may have their own files kept for where they sent them; operators for everybody on the platform. */
export function documentAccess(
  { documents, store, quota }: Parts,
  messages: readonly Memory[],
  requester: () => Promise<Requester>,
): DocumentAccess {
  return {
    async keep(everybody) {
      const { role } = await requester();
      const least = everybody ? 'operator' : 'member';
      if (!isAtLeast(role, least))
        throw new FatalError(
          'permission_denied',
          `Only ${everybody ? 'operators of this agent' : 'people who were let in'} can have files kept${everybody ? ' for everybody' : ''}.`,
        );
      const sent = messages.flatMap(sentFiles);
      const files = sent.length > 0 ? sent : await lastSent(messages[0]!, store);
      if (files.length === 0)
        throw new FatalError(
          'invalid_field',
          'There is no file here that can be kept: send it, and say so again.',
        );
      for (const file of files) await keep(file);
      return files.map(({ name }) => name);

      async function keep({ agentId, owner, own, name, mediaType, file, taint }: SentFile): Promise<void> {
        const bytes = await store.files.get(file);
        if (!bytes)
          throw new FatalError('invalid_field', `The file "${name}" is not kept any more: send it again.`);
        const { connector, tenant } = owner;
        await documents.add({
          ...{ agentId, name, bytes, mediaType, source: { kind: 'upload' }, readers: {}, quota },
          ...(everybody ? { owner: { connector, tenant } } : { owner, own }),
          ...(taint && { taint }),
        });
      }
    },
  };
}

/** What whoever asks sent last. */
async function lastSent({ roomId, author }: Memory, { memories }: Parts['store']): Promise<SentFile[]> {
  const recent = await memories.recent(roomId, lookedBack);
  const theirs = recent.filter((memory) => memory.author.id === author.id && sentFiles(memory).length > 0);
  return theirs.slice(-1).flatMap(sentFiles);
}
