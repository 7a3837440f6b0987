/** A stored message, and the two ways to look at it: as the API gives it, and as a person reads it. */

export interface SlackFile {
  id: string;
  name: string;
  mimetype: string;
  size: number;
  bytes: Buffer;
  teamId: string;
}

export interface SlackMessage {
  ts: string;
  channel: string;
  teamId: string;
  /** A person, or the bot's user. */
  user: string;
  /** Set on messages of apps. */
  botId?: string;
  text: string;
  blocks?: Record<string, unknown>[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  threadTs?: string;
  files: SlackFile[];
  subtype?: string;
  edited?: { user: string; ts: string };
  /** Emoji name to the users who reacted with it. */
  reactions: Map<string, Set<string>>;
  /** Still being streamed: it takes appends, and no updates. */
  streaming: boolean;
  /** Whether Slack may fetch its links and show what is there. */
  unfurls?: boolean;
  /** Legacy attachments, which shared messages come as. */
  attachments?: Record<string, unknown>[];
}

/** As `conversations.history` and events have it. */
export function viewOf(message: SlackMessage, baseUrl: string, withMetadata = true): Record<string, unknown> {
  return {
    type: 'message',
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: message.teamId,
    ...(message.subtype ? { subtype: message.subtype } : {}),
    ...(message.botId
      ? {
          bot_id: message.botId,
          app_id: 'A0CARRIER',
          bot_profile: { id: message.botId, app_id: 'A0CARRIER' },
        }
      : { client_msg_id: `c-${message.ts}` }),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(message.blocks ? { blocks: message.blocks } : {}),
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((file) => fileView(file, baseUrl)) } : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

export function fileView(file: SlackFile, baseUrl: string): Record<string, unknown> {
  return {
    id: file.id,
    name: file.name,
    title: file.name,
    mimetype: file.mimetype,
    filetype: file.name.split('.').at(-1),
    size: file.size,
    mode: 'hosted',
    is_external: false,
    url_private: `${baseUrl}/files-pri/${file.id}/${encodeURIComponent(file.name)}`,
    url_private_download: `${baseUrl}/files-pri/${file.id}/download/${encodeURIComponent(file.name)}`,
  };
}

/** What a person reads: the blocks where there are any, for the text is then only the notification. */
export function readable({ text, blocks }: SlackMessage): string {
  const parts = (blocks ?? []).flatMap((block) => {
    const inner = (block.text as { text?: string } | undefined)?.text;
    return typeof inner === 'string' ? [inner] : [];
  });
  return plain(parts.length > 0 ? parts.join('\n') : text);
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Whom a message rings up: the sequences Slack resolves, and plain `@channel` where the text is not verbatim. */
export function pings({ text, blocks }: SlackMessage): string[] {
  const sections = (blocks ?? []).flatMap((block) => {
    const inner = block.text as { text?: string; verbatim?: boolean } | undefined;
    return inner?.text ? [{ text: inner.text, verbatim: inner.verbatim === true }] : [];
  });
  const parts = sections.length > 0 ? sections : [{ text, verbatim: true }];
  return parts.flatMap((part) => [
    ...[...part.text.matchAll(/<(!(?:channel|here|everyone)|!subteam\^\w+|@\w+)[^>]*>/g)].map((m) => m[1]!),
    ...(part.verbatim ? [] : [...part.text.matchAll(/@(?:channel|here|everyone)\b/g)].map((m) => m[0])),
  ]);
}
