/** What was recalled of documents, as it is handed to a model: with a mark, the name and the section. */
import type { Memory } from '../../core/memory.js';
import type { Passage } from '../../llm/llm.js';
import type { History } from '../../store/history.js';
import type { Document } from './document.js';
import type { Documents } from './documents.js';

export interface Handed {
  passages: Passage[];
  /** The memories that they are of, in the same order. */
  chunks: Memory[];
  /** What was recalled besides. */
  rest: Memory[];
}

interface Parts {
  documents: Pick<Documents, 'get' | 'liveChunks'>;
  memories: Pick<History, 'get'>;
}

/** Without what was removed or replaced since it was indexed, and without chunks that other readers may see. */
export async function handedOver(found: readonly Memory[], parts: Parts): Promise<Handed> {
  const rest = found.filter(({ kind }) => kind !== 'document');
  const candidates = found.filter(({ kind, chunk }) => kind === 'document' && chunk !== undefined);
  if (candidates.length === 0) return { passages: [], chunks: [], rest };
  const ids = [...new Set(candidates.map(({ chunk }) => chunk!.documentId))];
  const known = new Map(await Promise.all(ids.map(async (id) => [id, await standing(id, parts)] as const)));
  const isLive = ({ id, scope, chunk }: Memory) => {
    const one = known.get(chunk!.documentId);
    return one?.document.scope === scope && one.live.has(id);
  };
  const chunks = candidates.filter(isLive);
  const told = new Set<string>();
  const passages = chunks.map((memory, at): Passage => {
    const { documentId, headings, page, row } = memory.chunk!;
    const { name, state, problems } = known.get(documentId)!.document;
    // Said with the first of its passages; one that could not be read has no other words.
    const problem = !told.has(documentId) && state === 'ready' ? problems.join(' ') : '';
    told.add(documentId);
    return {
      ...{ mark: at + 1, name, section: headings.join(' > '), text: memory.content.text },
      ...(page !== undefined && { page }),
      ...(row !== undefined && { row }),
      ...(problem !== '' && { problem }),
    };
  });
  return { passages, chunks, rest };
}

async function standing(
  id: string,
  { documents, memories }: Parts,
): Promise<{ document: Document; live: ReadonlySet<string> } | null> {
  const [found, live] = await Promise.all([documents.get(id), documents.liveChunks(id)]);
  if (!found) return null;
  const { from } = found.value;
  // What somebody sent goes with the message it was sent with.
  if (from !== undefined && !(await memories.get(from))) return null;
  return { document: found.value, live };
}
