import type { Attachment, Memory } from '../core/memory.js';
import type { TurnStep } from '../core/turn.js';
import type { Image, ModelMessage } from '../llm/llm.js';
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

/** Memories as a model reads them. In a shared room every line says who speaks. */
export async function toModelMessages(memories: Memory[], files: FileStore): Promise<ModelMessage[]> {
  const shared =
    new Set(memories.filter(({ role }) => role === 'user').map(({ author }) => author.id)).size > 1;
  const messages: ModelMessage[] = [];
  for (const memory of memories) {
    const message = toModelMessage(memory, shared);
    const { attachments } = memory.content;
    messages.push(
      message.role === 'user' && attachments.length > 0 ? await attach(message, attachments, files) : message,
    );
  }
  return messages;
}

function toModelMessage({ role, author, content, createdAt }: Memory, shared: boolean): ModelMessage {
  if (role === 'assistant') return { role: 'assistant', text: content.text };
  const said = shared ? `${author.name ?? author.id}: ${content.text}` : content.text;
  const text = content.quote ? `${said}\n\n${describeQuote(content.quote)}` : said;
  return { role: 'user', text, at: createdAt };
}

/** What a message points at, as a JSON string: others' words, and no part of what its author says. */
function describeQuote({ author, text }: NonNullable<Memory['content']['quote']>): string {
  return `[in reply to ${JSON.stringify(author ?? 'someone')}, quoted] ${JSON.stringify(text)}`;
}

type UserMessage = Extract<ModelMessage, { role: 'user' }>;

async function attach(
  message: UserMessage,
  attachments: Attachment[],
  files: FileStore,
): Promise<UserMessage> {
  const quoted: string[] = [];
  const images: Image[] = [];
  for (const attachment of attachments) {
    const bytes = await files.get(attachment.file);
    if (bytes && imageTypes.test(attachment.mediaType))
      images.push({ mediaType: attachment.mediaType, bytes });
    quoted.push(describe(attachment, bytes));
  }
  return { ...message, text: [message.text, ...quoted].filter(Boolean).join('\n\n'), images };
}

/** A text file's content as a JSON string: it is data, and cannot pass for part of the conversation. */
function describe({ name, mediaType, size }: Attachment, bytes: Uint8Array | null): string {
  const label = `[file ${JSON.stringify(name)}, ${mediaType}, ${size} bytes]`;
  if (!bytes || !readableTypes.test(mediaType)) return label;
  const text = new TextDecoder().decode(bytes.subarray(0, maxQuotedChars * 4));
  const cut = text.length > maxQuotedChars ? ' [cut]' : '';
  return `${label} ${JSON.stringify(text.slice(0, maxQuotedChars))}${cut}`;
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
