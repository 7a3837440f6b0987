/** What of a memory can be found: by its words in both stores, and by meaning, for this is what is embedded. */
import type { Memory, MemoryKind } from './memory.js';
import type { PartKind } from './part.js';

/** Raise it when the same memory gives another text than before: words are then indexed anew, and vectors made anew. */
export const indexedTextVersion = 1;

/** Words of others that a message carries, in all; its own stand before them. */
const mostCarried = 4_000;

/** Said before in the thread, so memories of their own mostly; and what the connector says itself. */
const passedOver: readonly PartKind[] = ['earlier', 'note'];

type Indexed = Pick<Memory, 'kind' | 'author' | 'content' | 'chunk'>;

/** `Ann: what she wrote`, and then what she quoted and the names of her files. Empty where nothing is to be found. */
export function indexedText(memory: Indexed): string {
  const { kind, content, chunk } = memory;
  if (kind === 'trigger') return '';
  const carried = carriedBy(content);
  if (content.text === '' && carried === '') return '';
  const above = chunk ? [chunk.name, ...chunk.headings].join(' > ') : speaks[kind] ? nameOf(memory) : '';
  const said = above === '' ? content.text : `${above}: ${content.text}`;
  return carried === '' ? said : `${said}\n${carried}`;
}

/** Whose author is whoever says it. */
const speaks: Record<MemoryKind, boolean> = {
  ...{ message: true, fact: true, summary: false, document: false, trigger: false },
};

/** What is shown of people; an id stands for a name only where it reads like one, for others are mere numbers. */
function nameOf({ author: { id, name } }: Indexed): string {
  if (name !== undefined && name.trim() !== '') return name;
  return /^\p{L}[\p{L}\p{M}' ._-]+$/u.test(id) ? id : '';
}

function carriedBy({ quote, parts = [], attachments }: Memory['content']): string {
  // Of most messages.
  if (!quote && parts.length === 0 && attachments.length === 0) return '';
  const words: string[] = [];
  const say = (author: string | undefined, text: string) =>
    words.push(author === undefined ? text : `${author}: ${text}`);
  if (quote) say(quote.author, quote.text);
  for (const { kind, author, text } of parts) if (!passedOver.includes(kind)) say(author, text);
  for (const { name } of attachments) words.push(name);
  return words.join('\n').slice(0, mostCarried);
}
