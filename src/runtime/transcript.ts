import type { Memory } from '../core/memory.js';
import type { TurnStep } from '../core/turn.js';
import type { FileReader } from '../files/reader.js';
import type { Image, MessageFile, ModelMessage } from '../llm/llm.js';

const maxQuotedChars = 20_000;
const image = { maxBytes: 20_000_000, maxPixels: 40_000_000 };

/** Rough, and on purpose the same for every model: 4 characters a token. */
function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** The newest memories that fit the budget, oldest first. Always keeps the newest one. */
export function fitting(memories: Memory[], maxTokens: number): Memory[] {
  let left = maxTokens;
  let first = memories.length;
  while (first > 0) {
    left -= estimateTokens(memories[first - 1]!.content.text);
    if (left < 0 && first < memories.length) break;
    first--;
  }
  return memories.slice(first);
}

export async function toModelMessages(
  memories: Memory[],
  files: FileReader,
  signal: AbortSignal,
): Promise<ModelMessage[]> {
  const messages: ModelMessage[] = [];
  for (const memory of memories) messages.push(await toModelMessage(memory, files, signal));
  return messages;
}

async function toModelMessage(
  { role, author, content, createdAt }: Memory,
  reader: FileReader,
  signal: AbortSignal,
): Promise<ModelMessage> {
  const { text, quote, parts, attachments } = content;
  if (role === 'assistant') return { role: 'assistant', text };
  const files: MessageFile[] = [];
  const images: Image[] = [];
  for (const attachment of attachments) {
    const { name, mediaType, size, of } = attachment;
    const read = await reader.read(attachment, { maxChars: maxQuotedChars, image, signal });
    if (read.kind === 'image') images.push(read.image);
    const said = read.kind === 'text' ? { text: read.text, cut: read.cut } : {};
    const problem = read.kind === 'nothing' && read.problem !== undefined && { problem: read.problem };
    files.push({ name, mediaType, size, ...said, ...problem, ...(of && { of }) });
  }
  const speaker = { id: author.id, name: author.name };
  return { role: 'user', text, speaker, at: createdAt, quote, parts, files, images };
}

/** What a turn did so far, as a model reads it: its calls and their results. */
export function stepMessages(steps: TurnStep[]): ModelMessage[] {
  return steps.flatMap(({ text, actions }): ModelMessage[] => [
    {
      role: 'assistant',
      text,
      calls: actions.map(({ callId, name, arguments: args }) => ({ id: callId, name, arguments: args })),
    },
    ...actions.map(
      ({ callId, name, result }): ModelMessage => ({ role: 'tool', callId, name, text: result ?? '' }),
    ),
  ]);
}
