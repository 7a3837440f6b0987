import type { Memory } from '../../core/memory.js';
import type { Document } from './document.js';
import type { SentFile } from './documents.js';

/** What has words that can be read; what else there is, the reader says. */
const readable =
  /^(text\/|application\/(json|xml|yaml|toml|sql|x-sh|pdf)$|application\/vnd\.openxmlformats-officedocument\.wordprocessingml\.document$)/;

/** The documents among a message's own files; of the same name in one message none takes another's place. */
export function sentFiles({ id, agentId, scope, role, author, source, content }: Memory): SentFile[] {
  if (role !== 'user') return [];
  const { connector, tenant, channel } = source;
  const names = new Set<string>();
  return content.attachments
    .filter(({ of, mediaType }) => of === undefined && readable.test(mediaType))
    .map(({ mediaType, size, file, ...sent }) => ({
      ...{ agentId, own: scope, from: id, name: newName(sent.name, names), mediaType, size, file },
      owner: { connector, tenant, channel, userId: author.id } satisfies Document['owner'],
      taint: [{ kind: 'file', what: sent.name }],
    }));
}

/** `notes (2).txt` where there is a `notes.txt`. */
function newName(name: string, names: Set<string>): string {
  let given = name;
  for (let at = 2; names.has(given); at++) given = name.replace(/(\.[^.]*)?$/, ` (${at})$1`);
  names.add(given);
  return given;
}
