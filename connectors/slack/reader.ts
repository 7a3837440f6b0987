/**
 * Everything of a message that has words, in the order in which people see it: what its author typed, and, each marked
 * for what it is, what it carries besides: forwarded messages, messages it points at, cards. Pure: names are known or not.
 */
import type { Part } from '../../src/extension-api.js';
import { wordsOfBlocks } from './blocks-in.js';
import { MessageAttachment, type SlackFile, type SlackMessage } from './payload.js';
import { type Names, readText } from './text.js';

/** A file, and of which message it is: absent, of the message itself. */
export interface CarriedFile {
  file: SlackFile;
  of?: 'forwarded' | 'quote' | 'earlier';
}

/** What a message says. */
export interface Words {
  text: string;
  parts: Part[];
  files: CarriedFile[];
}

/** What of a message has words. */
export type Carrying = Pick<SlackMessage, 'text' | 'blocks' | 'attachments' | 'files'>;

/** Forwarded messages may hold others. */
const deepest = 3;

/** @param own the agent's account: as an address, at the beginning, its name is not part of what is said. */
export function readMessage(message: Carrying, names: Names, own?: { botUserId: string }): Words {
  const { text, blocks, attachments, files } = message;
  const carried = attachments.map((attachment) => readAttachment(attachment, names, 0));
  return {
    text: merged(withoutAddress(text ?? '', own), withoutAddressIn(blocks, own), names),
    parts: carried.flatMap(({ parts }) => parts),
    files: [...files.map((file) => ({ file })), ...carried.flatMap((each) => each.files)],
  };
}

/** Whose names the reader of a message needs. */
export function idsIn(message: Carrying): string[] {
  const ids = new Set<string>();
  readMessage(message, (id) => {
    ids.add(id);
    return undefined;
  });
  return [...ids];
}

function readAttachment(attachment: MessageAttachment, names: Names, depth: number): Omit<Words, 'text'> {
  const { is_share, is_msg_unfurl, is_reply_unfurl, message_blocks, files, ts } = attachment;
  const pointsAt = is_msg_unfurl || is_reply_unfurl;
  const kind = is_share ? 'forwarded' : pointsAt ? 'quote' : 'card';
  const of = kind === 'card' ? {} : ({ of: kind } as const);
  const inner = message_blocks.flatMap(({ message }) => message ?? []);
  const nested =
    depth < deepest
      ? inner
          .flatMap(({ attachments }) => attachments)
          .flatMap((each) => MessageAttachment.safeParse(each).data ?? [])
          .map((each) => readAttachment(each, names, depth + 1))
      : [];
  const text =
    kind === 'card'
      ? cardOf(attachment, names)
      : merged(attachment.text ?? '', [...inner.flatMap((one) => one.blocks), ...attachment.blocks], names) ||
        cardOf(attachment, names);
  const author = authorOf(attachment, names);
  const at = kind === 'card' || !ts ? undefined : Math.floor(Number(ts) * 1000);
  const part = { kind, text, ...(author && { author }), ...(at && { at }) } satisfies Part;
  return {
    parts: [...(text === '' ? [] : [part]), ...nested.flatMap(({ parts }) => parts)],
    files: [...files.map((file) => ({ file, ...of })), ...nested.flatMap((each) => each.files)],
  };
}

function authorOf({ author_id, author_name, author_subname, service_name }: MessageAttachment, names: Names) {
  const known = author_id ? names(author_id) : undefined;
  return known || author_name || author_subname || author_id || service_name || undefined;
}

/** What stands on a card, from top to bottom; where it says nothing, what Slack shows in its place. */
function cardOf(attachment: MessageAttachment, names: Names): string {
  const { pretext, title, title_link, from_url, original_url, text, fields, footer, blocks, fallback } =
    attachment;
  const read = (words: string | null | undefined) => readText(words ?? '', names).trim();
  const link = title_link ?? from_url ?? original_url;
  const named = read(title);
  const words = [
    read(pretext),
    link && named !== '' && named !== link ? `${named} (${link})` : named,
    merged(text ?? '', blocks, names),
    ...fields.map(({ title, value }) => [read(title), read(value)].filter(Boolean).join(': ')),
    read(footer),
  ].filter(Boolean);
  return words.length > 0 ? words.join('\n') : read(fallback);
}

/** A message's text tells what its blocks say, or a part of it: only what is missing in it is added. */
function merged(text: string, blocks: unknown, names: Names): string {
  const said = readText(text, names).trim();
  // Blocks have ids alone where a text may have labels besides.
  const bare = bareOf(readText(text.replace(labels, '<$1>'), names));
  const more = wordsOfBlocks(blocks, names).filter((words) =>
    bareOf(words) === '' ? said === '' : !bare.includes(bareOf(words)),
  );
  return [said, ...more].filter(Boolean).join('\n');
}

const labels = /<([@#]\w+|!subteam\^\w+)\|[^<>]*>/g;

/** Emoji by name, and what counts an ordered list: written in one way in a text, and in another in blocks. */
const eitherWay = /:[a-z\d_+'-]+:|^\s*(?:\d{1,3}|[a-z]{1,4})\.\s/gim;

/** Its words, spaces around each: marks, bullets and emoji are written in other ways here and there. */
function bareOf(text: string): string {
  const words = text.replace(eitherWay, ' ').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? '' : ` ${words.join(' ').toLowerCase()} `;
}

function withoutAddress(text: string, own: { botUserId: string } | undefined): string {
  return own ? text.replace(new RegExp(`^(?:\\s*<@${own.botUserId}(?:\\|[^<>]*)?>[\\s,:]*)+`), '') : text;
}

/** The same in the first block of a message of a person. */
function withoutAddressIn(blocks: unknown[], own: { botUserId: string } | undefined): unknown[] {
  const [first, ...others] = blocks;
  const [section, ...sections] = elementsOf(first);
  const elements = elementsOf(section);
  const isOwn = (element: unknown) => (element as { user_id?: unknown } | null)?.user_id === own?.botUserId;
  if (!own || !isOwn(elements[0])) return blocks;
  const rest = elements.slice(elements.findIndex((element) => !isOwn(element)));
  const kept = { ...(section as object), elements: isOwn(rest[0]) ? [] : rest };
  return [{ ...(first as object), elements: [kept, ...sections] }, ...others];
}

function elementsOf(block: unknown): unknown[] {
  const { elements } = (block ?? {}) as { elements?: unknown };
  return Array.isArray(elements) ? elements : [];
}
