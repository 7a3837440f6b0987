import type { Attachment, Memory } from '../core/memory.js';
import type { TurnStep } from '../core/turn.js';
import type { Image, MessageFile, ModelMessage } from '../llm/llm.js';
import type { FileStore } from '../store/file-store.js';

const maxQuotedChars = 20_000;
const readableTypes =
  /^(text\/|application\/(json|xml|x-yaml|yaml|javascript|x-sh|sql|toml)\b)|\+(json|xml)$/;
const imageTypes = /^image\/(png|jpeg|gif|webp)$/;

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

export async function toModelMessages(memories: Memory[], files: FileStore): Promise<ModelMessage[]> {
  const messages: ModelMessage[] = [];
  for (const memory of memories) messages.push(await toModelMessage(memory, files));
  return messages;
}

async function toModelMessage(
  { role, author, content, createdAt }: Memory,
  store: FileStore,
): Promise<ModelMessage> {
  if (role === 'assistant') return { role: 'assistant', text: content.text };
  const files: MessageFile[] = [];
  const images: Image[] = [];
  for (const attachment of content.attachments) {
    const bytes = await store.get(attachment.file);
    if (bytes && imageTypes.test(attachment.mediaType))
      images.push({ mediaType: attachment.mediaType, bytes });
    files.push(toFile(attachment, bytes));
  }
  const speaker = { id: author.id, name: author.name };
  return { role: 'user', text: content.text, speaker, at: createdAt, quote: content.quote, files, images };
}

function toFile({ name, mediaType, size }: Attachment, bytes: Uint8Array | null): MessageFile {
  if (!bytes || !readableTypes.test(mediaType)) return { name, mediaType, size };
  const text = new TextDecoder().decode(bytes.subarray(0, maxQuotedChars * 4));
  return {
    name,
    mediaType,
    size,
    text: text.slice(0, maxQuotedChars),
    cut: text.length > maxQuotedChars,
  };
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
