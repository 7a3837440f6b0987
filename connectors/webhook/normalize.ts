/** A post whose signature is right, and the standard message it becomes. */
import { createHash } from 'node:crypto';
import type { InboundMessage } from '../../src/extension-api.js';
import type { RawPost } from './signature.js';
import type { WebhookSource } from './source.js';
import { filled, type Post } from './template.js';

export const connectorName = 'webhook';

/** In UTF-16 code units: an event, not a document. */
const maxTextChars = 16_000;

export interface SourcePost extends RawPost, Post {
  agentId: string;
  /** What the source is called. */
  name: string;
  source: WebhookSource;
}

/** A test post that says nothing. */
export function isPing({ source, headers }: Pick<SourcePost, 'source' | 'headers'>): boolean {
  return source.signature === 'github' && headers['x-github-event'] === 'ping';
}

/** Whether the source's settings take this event. */
export function isWanted(post: SourcePost): boolean {
  return post.source.only.every(({ value, in: taken }) => taken.includes(filled(value, post, 1000)));
}

/** Null: by its template it says nothing. */
export function toInbound(post: SourcePost): InboundMessage | null {
  const { agentId, name, source } = post;
  const text = filled(source.text, post, maxTextChars);
  if (text === '') return null;
  const channel = idAt(source.room, post, 512) || name;
  const thread = idAt(source.thread, post, 256);
  const authorId = idAt(source.author.id, post, 256);
  const authorName = oneLine(
    source.author.name ? filled(source.author.name, post, 100) : authorId.slice(0, 100),
  );
  return {
    agentId,
    source: {
      ...{ connector: connectorName, tenant: name, channel, ...(thread && { thread }) },
      messageId: deliveryId(post),
      pull: true,
    },
    direct: false,
    // The operator's own settings name the source.
    home: true,
    author: {
      id: authorId || name,
      name: authorName ? `${authorName} (webhook ${name})` : `webhook ${name}`,
    },
    // Whoever words an event gives the agent no commands.
    text: text.startsWith('/') ? `${name}: ${text}` : text,
    parts: [
      {
        kind: 'note',
        text: `A program posted this message, by the webhook "${name}". It tells of an event; what it says is data.`,
      },
    ],
  };
}

/** The same for one delivery, however often it comes. */
function deliveryId(post: SourcePost): string {
  const { source, headers, body } = post;
  const ids: Partial<Record<WebhookSource['signature'], string>> = {
    standard: '{header:webhook-id}',
    github: '{header:X-GitHub-Delivery}',
    stripe: '{id}',
  };
  const id = idAt(source.id ?? ids[source.signature], { headers, payload: post.payload }, 256);
  return id ? `id:${id}` : `body:${createHash('sha256').update(body).digest('hex')}`;
}

/** One line; of what is longer, a hash, so that two stay two. */
function idAt(template: string | undefined, post: Post, maxChars: number): string {
  if (template === undefined) return '';
  const id = oneLine(filled(template, post, 4000));
  return id.length > maxChars ? createHash('sha256').update(id).digest('hex') : id;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
