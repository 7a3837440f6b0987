/** A chunk as the memory that it is searched as. */
import type { Memory } from '../../core/memory.js';
import type { Planned } from './chunk-list.js';
import type { ChunkText } from './chunks.js';
import type { Document } from './document.js';

/** Found by whoever asks about the document. */
export function notice(name: string, isRead: boolean, problems: string[]): ChunkText {
  const what = isRead
    ? `Not all of the document "${name}" could be read`
    : `The document "${name}" could not be read`;
  return { text: `${what}: ${problems.join(' ')}`, headings: [] };
}

export function chunkMemory(id: string, document: Document, { id: memoryId, chunk, index }: Planned): Memory {
  const { agentId, scope, name, version, taint, addedAt } = document;
  const { text, headings, page, row } = chunk;
  return {
    ...{ id: memoryId, agentId, roomId: id, scope, kind: 'document', role: 'system', author: { id, name } },
    content: { text, attachments: [], replyTo: null },
    source: { connector: 'hub', tenant: 'default', channel: id, messageId: `chunk:${memoryId}` },
    ...{ status: 'kept', turnId: null, createdAt: addedAt },
    ...(taint && { taint }),
    chunk: {
      ...{ documentId: id, name, version, index, headings: headings.slice(0, 10) },
      ...(page !== undefined && { page }),
      ...(row !== undefined && { row }),
    },
  };
}
