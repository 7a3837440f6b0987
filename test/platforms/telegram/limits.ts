/** What the Bot API counts before it takes a text: https://core.telegram.org/bots/api#sendmessage, and what it does not say there. */
import type { MessageEntity } from 'telegraf/types';
import { type Formatted, parseHtml, trimmed } from './html.js';
import { badRequest } from './refusal.js';
import type { StoredMessage } from './world.js';

export const limits = {
  /** In UTF-16 units after entities are parsed; the strictest reading of "characters". */
  text: 4096,
  caption: 1024,
  /** Bytes of what is handed in, markup and all. */
  input: 32_768,
  /** Those after it are not shown as such. */
  entities: 100,
  /** Bytes of all entities with their addresses; the real limit is near 9,500: tdlib/telegram-bot-api#165. */
  entityBytes: 9000,
  /** Bytes. */
  callbackData: 64,
  markup: 10_000,
  answer: 200,
  photo: 10_000_000,
  download: 20_000_000,
};

interface Given {
  parse_mode?: string;
}

/** @throws Refusal */
export function textOf(given: Given & { text: string }): Formatted {
  const formatted = taken(given.text, given);
  if (formatted.text === '') throw badRequest('message text is empty');
  if (formatted.text.length > limits.text) throw badRequest('message is too long');
  return formatted;
}

/** @throws Refusal */
export function captionOf(given: Given & { caption?: string }): Partial<StoredMessage> {
  const { text, entities } = taken(given.caption ?? '', given);
  if (text.length > limits.caption) throw badRequest('message caption is too long');
  return text === '' ? {} : { caption: text, caption_entities: entities };
}

function taken(written: string, { parse_mode }: Given): Formatted {
  if (/\p{Surrogate}/u.test(written)) throw badRequest('strings must be encoded in UTF-8');
  if (Buffer.byteLength(written) > limits.input) throw badRequest('text is too long');
  const { text, entities } = parse_mode ? parseHtml(written) : trimmed({ text: written, entities: [] });
  const bytes = entities.map(sizeOf).reduce((sum, size) => sum + size, 0);
  if (bytes > limits.entityBytes) throw badRequest('ENTITIES_TOO_LONG');
  // Of invisible characters alone nothing would be seen.
  const seen = /[^\s\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0\u2800]/u.test(text);
  return { text: seen ? text : '', entities: entities.slice(0, limits.entities) };
}

function sizeOf(entity: MessageEntity): number {
  return 16 + Buffer.byteLength('url' in entity ? (entity.url ?? '') : '');
}
