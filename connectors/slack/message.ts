/** A reply as the messages Slack takes: parts within its limits, buttons, and what is better sent as a file. */

import type { types } from '@slack/bolt';
import type { Attachment, Button } from '../../src/extension-api.js';
import { replyRenderer } from '../../src/replies.js';
import * as forms from './render.js';

const rendering = replyRenderer(new URL('./render.js', import.meta.url), forms);

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

export async function renderReply(
  text: string,
  attachments: Attachment[],
  buttons: Button[] = [],
): Promise<RenderedReply> {
  const { parts, files } = await rendering.reply(text);
  const messages = parts.map(messageOf);
  return {
    messages: buttons.length > 0 ? withButtons(messages, buttons) : messages,
    files: [
      ...files.map(({ name, text }) => ({ name, content: { text } })),
      ...attachments.map(({ name, mediaType, file }) => ({ name, mediaType, content: { key: file } })),
    ],
  };
}

/** One message that shows this much of a text, for one that is still being written. */
export async function renderPreview(markdown: string): Promise<Omit<RenderedMessage, 'whole'>> {
  const [first = '…'] = await rendering.parts(markdown);
  const { text, blocks } = messageOf(first);
  return { text, blocks };
}

/** A text that could not be sent as a file, as messages. */
export async function renderText(name: string, text: string): Promise<RenderedMessage[]> {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([marks]) => marks.length + 1)));
  const parts = await rendering.parts(`**${name}**\n\n${fence}\n${text}\n${fence}`);
  return parts.map(messageOf);
}

/** @param mrkdwn within what a section holds */
export function messageOf(mrkdwn: string): RenderedMessage {
  return {
    text: cutToBytes(mrkdwn, fallbackBytes),
    whole: mrkdwn,
    // Verbatim: names like @channel in a model's words stay words. Expanded: no "see more" in the middle of an answer.
    blocks: [{ type: 'section', expand: true, text: { type: 'mrkdwn', text: mrkdwn, verbatim: true } }],
  };
}

function withButtons(messages: RenderedMessage[], buttons: Button[]): RenderedMessage[] {
  const labels = buttons.map(({ label }) => label).join(' · ');
  const last = messages.at(-1) ?? { text: forms.escaped(labels), whole: forms.escaped(labels), blocks: [] };
  return [...messages.slice(0, -1), { ...last, blocks: [...last.blocks, actionsOf(buttons)] }];
}

/** Buttons in a row. */
export function actionsOf(buttons: Button[]): types.ActionsBlock {
  const elements = buttons.map(({ label, payload, style }, index) => ({
    type: 'button' as const,
    action_id: `carrier:${index}`,
    text: { type: 'plain_text' as const, text: shortened(label), emoji: false },
    value: payload,
    ...(style ? { style } : {}),
  }));
  return { type: 'actions', elements };
}

function shortened(label: string): string {
  return label.length > buttonLabelChars ? `${label.slice(0, buttonLabelChars - 1)}…` : label;
}

function cutToBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  // Never within a character: the stream decoder keeps back what is not whole.
  return `${new TextDecoder().decode(Buffer.from(text).subarray(0, max - 3), { stream: true })}…`;
}
