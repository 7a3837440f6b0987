/** A reply as the messages Slack takes: parts within its limits, buttons, and what is better sent as a file. */

import type { types } from '@slack/bolt';
import type { Attachment, Button } from '../../src/extension-api.js';
import { fileEnding, markdownOf, parseMarkdown, splitMarkdown, tableAsText } from '../../src/replies.js';
import { escaped, renderMrkdwn } from './render.js';

/** Of a section's text, in characters. https://docs.slack.dev/reference/block-kit/blocks/section-block */
const sectionChars = 3000;

/** Longer code and tables are easier to read, and to copy, as a file. */
const longBlockChars = 2500;

/** Slack counts an edited message's text in bytes, after escaping, and refuses 4,000. */
const fallbackBytes = 3900;

const buttonLabelChars = 75;

/** Bytes of a file that goes out with a reply. */
export interface OutgoingFile {
  name: string;
  mediaType?: string;
  /** Either its content, or the hub's key of it. */
  content: { text: string } | { key: string };
}

export interface RenderedMessage {
  /** For notifications and screen readers; people read the blocks. */
  text: string;
  blocks: types.KnownBlock[];
  /** All that the blocks say, as mrkdwn. */
  whole: string;
}

export interface RenderedReply {
  messages: RenderedMessage[];
  files: OutgoingFile[];
}

export function renderReply(text: string, attachments: Attachment[], buttons: Button[] = []): RenderedReply {
  const { markdown, files } = withoutLongBlocks(text);
  const messages = renderParts(markdown);
  return {
    messages: buttons.length > 0 ? withButtons(messages, buttons) : messages,
    files: [
      ...files,
      ...attachments.map(({ name, mediaType, file }) => ({ name, mediaType, content: { key: file } })),
    ],
  };
}

/** One message that shows this much of a text, for one that is still being written. */
export function renderPreview(markdown: string): Omit<RenderedMessage, 'whole'> {
  const [first = '…'] = splitMarkdown(markdown, { limit: sectionChars, render: renderMrkdwn });
  const { text, blocks } = messageOf(renderMrkdwn(first));
  return { text, blocks };
}

/** A text that could not be sent as a file, as messages. */
export function renderText(name: string, text: string): RenderedMessage[] {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([marks]) => marks.length + 1)));
  return renderParts(`**${name}**\n\n${fence}\n${text}\n${fence}`);
}

function renderParts(markdown: string): RenderedMessage[] {
  const parts = splitMarkdown(markdown, { limit: sectionChars, render: renderMrkdwn }).map(renderMrkdwn);
  return parts.filter((part) => part.trim() !== '').map(messageOf);
}

function messageOf(mrkdwn: string): RenderedMessage {
  return {
    text: cutToBytes(mrkdwn, fallbackBytes),
    whole: mrkdwn,
    // Verbatim: names like @channel in a model's words stay words. Expanded: no "see more" in the middle of an answer.
    blocks: [{ type: 'section', expand: true, text: { type: 'mrkdwn', text: mrkdwn, verbatim: true } }],
  };
}

function withButtons(messages: RenderedMessage[], buttons: Button[]): RenderedMessage[] {
  const labels = buttons.map(({ label }) => label).join(' · ');
  const last = messages.at(-1) ?? { text: escaped(labels), whole: escaped(labels), blocks: [] };
  const elements = buttons.map(({ label, payload, style }, index) => ({
    type: 'button' as const,
    action_id: `carrier:${index}`,
    text: { type: 'plain_text' as const, text: shortened(label), emoji: false },
    value: payload,
    ...(style ? { style } : {}),
  }));
  return [...messages.slice(0, -1), { ...last, blocks: [...last.blocks, { type: 'actions', elements }] }];
}

function shortened(label: string): string {
  return label.length > buttonLabelChars ? `${label.slice(0, buttonLabelChars - 1)}…` : label;
}

/** Takes out code and tables that no longer fit into one message, and says where they went. */
function withoutLongBlocks(markdown: string): { markdown: string; files: OutgoingFile[] } {
  if (markdown.length <= longBlockChars) return { markdown, files: [] };
  const root = parseMarkdown(markdown);
  const files: OutgoingFile[] = [];
  const attach = (name: string, text: string) => {
    files.push({ name, content: { text } });
    return {
      type: 'paragraph' as const,
      children: [
        { type: 'emphasis' as const, children: [{ type: 'text' as const, value: `${name} is attached.` }] },
      ],
    };
  };
  const children = root.children.map((node) => {
    const number = files.length + 1;
    if (node.type === 'code' && node.value.length > longBlockChars)
      return attach(`code-${number}.${fileEnding(node.lang)}`, node.value);
    if (node.type === 'table') {
      const text = tableAsText(node);
      if (text.length > longBlockChars) return attach(`table-${number}.txt`, text);
    }
    return node;
  });
  return files.length === 0 ? { markdown, files } : { markdown: markdownOf({ ...root, children }), files };
}

function cutToBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  // Never within a character: the stream decoder keeps back what is not whole.
  return `${new TextDecoder().decode(Buffer.from(text).subarray(0, max - 3), { stream: true })}…`;
}
