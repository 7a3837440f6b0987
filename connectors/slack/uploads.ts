/** Files of a reply, and what is sent in their place where Slack takes none. */
import type { WebClient } from '@slack/web-api';
import { calling } from './failure.js';
import { type OutgoingFile, type RenderedMessage, renderReply, renderText } from './message.js';

/** A longer text is not spread over messages, in UTF-16 units. */
const maxTextChars = 24_000;

/** @throws FatalError where Slack refuses it for good, RetryableError for what may pass. */
export async function uploadFile(
  client: WebClient,
  { channel, thread }: { channel: string; thread: string | undefined },
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const file = { filename: name, title: name, file: Buffer.from(bytes) };
  await calling('sending a file', () =>
    client.filesUploadV2(
      thread ? { ...file, channel_id: channel, thread_ts: thread } : { ...file, channel_id: channel },
    ),
  );
}

/** A file as messages: its text, where it is one that is not too long; else that it could not be sent. */
export async function textInstead(
  { name, mediaType = '' }: OutgoingFile,
  text: string | null,
  bytes: Uint8Array,
): Promise<RenderedMessage[]> {
  const isText = /^text\/|[/+](?:json|xml|yaml|csv|javascript)\b/.test(mediaType);
  const words = text ?? (isText ? Buffer.from(bytes).toString('utf8') : null);
  if (words !== null && words.length <= maxTextChars) return renderText(name, words);
  const sorry = `The file \`${name}\` could not be sent here: Slack does not take it.`;
  return (await renderReply(sorry, [])).messages;
}
