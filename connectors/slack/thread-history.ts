/** What was said in a thread before the agent was named in it: its beginning and its recent part. */
import { type Part, untilDone } from '../../src/extension-api.js';
import { calling } from './failure.js';
import { isConversation, messageIdOf } from './normalize.js';
import { type MessageEvent, SlackMessage } from './payload.js';
import { type CarriedFile, idsIn, readMessage } from './reader.js';
import type { Names } from './text.js';
import type { Workspace } from './workspaces.js';

/** Messages of a page, and pages: most threads are one. Apps outside of Slack's marketplace may be given 15 at a time. */
const pageSize = 200;
const maxPages = 5;

/** Messages that are read: of the beginning, and before the mention. */
const shown = { first: 5, last: 45 };

/** Of one message, and of all, in UTF-16 units; the first and the newest count. */
const maxChars = 4000;
const maxCharsInAll = 30_000;

/** Files of the first message, and of those right before the mention. */
const maxFiles = 5;

/** The message waits for it, in ms. */
const patienceMs = 8000;

export interface Earlier {
  parts: Part[];
  files: CarriedFile[];
}

export interface EarlierOptions {
  /** `source.messageId`s of the thread's messages that the hub knows. */
  known: Set<string>;
  names(ids: string[]): Promise<Names>;
}

/** Asks Slack once, for most threads. What cannot be read is said in a part. */
export async function earlierIn(
  { channel, ts, thread_ts: thread = ts }: MessageEvent,
  workspace: Workspace,
  { known, names }: EarlierOptions,
): Promise<Earlier> {
  const read = await messagesOf(workspace, channel, thread ?? ts, ts);
  if (!read) {
    const text = 'What was said before in this thread could not be read.';
    return { parts: [{ kind: 'note', text }], files: [] };
  }
  const before = read.messages.filter(
    (message) => Number(message.ts) < Number(ts) && isConversation(message),
  );
  const first = before.slice(0, shown.first);
  const last = before.slice(Math.max(shown.first, before.length - shown.last));
  const left = before.length - first.length - last.length;
  const isNew = (message: SlackMessage) => !known.has(messageIdOf(channel, message.ts));
  const picked = [...first, ...last].filter(isNew);
  const named = await names([
    ...new Set(picked.flatMap((message) => [message.user ?? [], idsIn(message)].flat())),
  ]);
  const parts = withinBudget(picked.map((message) => partOf(message, named)));
  const omitted = left + picked.length - parts.length;
  const notes = [
    ...(omitted > 0 ? [`${omitted} messages in the middle of this thread are left out.`] : []),
    ...(read.whole ? [] : ['What was said last in this thread before this message could not be read.']),
  ];
  // What comes first is cut last.
  const all = [...notes.map((text) => ({ kind: 'note', text }) as const), ...parts];
  return { parts: all, files: filesOf(picked).slice(0, maxFiles) };
}

/** Its messages as far as they can be had in time: a page that Slack refuses does not cost those before it. */
async function messagesOf({ client }: Workspace, channel: string, thread: string, before: string) {
  const messages: SlackMessage[] = [];
  const tries = { most: 3, until: Date.now() + patienceMs };
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const from = { channel, ts: thread, latest: before, limit: pageSize, cursor };
    const answer = await untilDone(
      () => calling('reading a thread', () => client.conversations.replies(from)),
      tries,
    ).catch(() => null);
    if (!answer) return page === 0 ? null : { messages, whole: false };
    messages.push(
      ...(answer.messages ?? []).flatMap((message) => SlackMessage.safeParse(message).data ?? []),
    );
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (!cursor) return { messages, whole: true };
  }
  return { messages, whole: false };
}

function partOf(message: SlackMessage, names: Names): Part {
  const { user, bot_id, username, bot_profile, ts } = message;
  const { text, parts, files } = readMessage(message, names);
  const carried = parts.map(
    (part) => `[${part.kind}${part.author ? ` of ${part.author}` : ''}: ${part.text}]`,
  );
  const named = files.map(({ file }) => `[file ${file.name ?? file.id}]`);
  const author = username || bot_profile?.name || (user && names(user)) || user || bot_id || undefined;
  return {
    kind: 'earlier',
    ...(author && { author: author.slice(0, 256) }),
    ...(bot_id && { bot: true }),
    at: Math.floor(Number(ts) * 1000),
    text: [text, ...carried, ...named].filter(Boolean).join('\n').slice(0, maxChars),
  };
}

/** The first message and the newest are worth most. */
function withinBudget(parts: Part[]): Part[] {
  const [first, ...others] = parts;
  let left = maxCharsInAll - (first?.text.length ?? 0);
  const kept = others.reverse().filter(({ text }) => {
    left -= text.length;
    return left >= 0;
  });
  return first ? [first, ...kept.reverse()] : [];
}

/** Those of the newest messages, and of the first. */
function filesOf(messages: SlackMessage[]): CarriedFile[] {
  const [first, ...others] = messages.map(({ files }) => files);
  return [...(first ?? []), ...others.reverse().flat()].map((file) => ({ file, of: 'earlier' as const }));
}
