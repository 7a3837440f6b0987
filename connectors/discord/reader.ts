/** Everything of a Discord message that carries words, and its files. Pure. */
import type {
  APIAttachment,
  APIEmbed,
  APIMessage,
  APIMessageSnapshotFields,
  APIPoll,
  APIUser,
} from 'discord.js';
import type { Part } from '../../src/extension-api.js';
import { componentWords, type LooseComponent } from './component-words.js';
import { type Names, plainMentions } from './mentions.js';

/** A message as the gateway or the REST API gives it; `member` is there over the gateway. */
export type ChatMessage = APIMessage & { member?: { nick?: string | null; roles?: string[] } };

/** What a forwarded message still has of a message. */
type Worded = Partial<ChatMessage> & Pick<APIMessageSnapshotFields, 'content'>;

/** A file, and of which message it is where it is not of the message itself. */
export interface MessageFile {
  file: APIAttachment;
  of?: 'quote' | 'forwarded' | 'earlier';
}

/** Names that a message does not tell itself. */
export interface Around {
  self: { id: string; name: string };
  roleName(id: string): string | null;
  channelName(id: string): string | null;
}

/** What its author typed, with names for marks. */
export function typedWords(message: Worded, around: Around, content = message.content): string {
  return plainMentions(content, namesIn(message, around)).trim();
}

/** What it carries besides: cards, polls, stickers, components, forwarded messages. */
export function carriedParts(message: Worded, around: Around): Part[] {
  const { embeds = [], poll, sticker_items = [], components = [], attachments = [] } = message;
  const names = namesIn(message, around);
  const said = (text: string) => plainMentions(text, names);
  const parts: Part[] = [
    ...(message.message_snapshots ?? []).map(({ message: of }) => forwardedPart(of, around)),
    ...embeds.map((embed): Part => ({ kind: 'card', text: said(embedWords(embed)) })),
    ...componentWords(components as LooseComponent[]).map(
      (text): Part => ({ kind: 'card', text: said(text) }),
    ),
    ...(poll ? [{ kind: 'poll' as const, text: said(pollWords(poll)) }] : []),
    ...sticker_items.map(({ name }): Part => ({ kind: 'sticker', text: name })),
    ...attachments.flatMap(({ filename, description }): Part[] =>
      description ? [{ kind: 'card', text: said(`${filename}: ${description}`) }] : [],
    ),
  ];
  return parts.filter(({ text }) => text.trim() !== '');
}

/** All of its words in one text, as where it is quoted. */
export function allWords(message: Worded, around: Around): string {
  const carried = carriedParts(message, around).map(({ kind, text }) =>
    kind === 'sticker' ? `[sticker: ${text}]` : text,
  );
  return [typedWords(message, around), ...carried].filter(Boolean).join('\n\n');
}

/** Its own files, and those of messages it passes on. */
export function filesOf(message: Worded, of?: MessageFile['of']): MessageFile[] {
  const own = (message.attachments ?? []).map((file) => ({ file, ...(of && { of }) }));
  const passedOn = (message.message_snapshots ?? []).flatMap((snapshot) =>
    (snapshot.message.attachments ?? []).map((file) => ({ file, of: of ?? ('forwarded' as const) })),
  );
  return [...own, ...passedOn];
}

export function nameOf(user: APIUser, nick?: string | null): string {
  return nick || user.global_name || user.username;
}

function forwardedPart(message: APIMessageSnapshotFields, around: Around): Part {
  const { timestamp, attachments = [] } = message;
  const names = attachments.map(({ filename }) => `[file: ${filename}]`).join('\n');
  const text = [allWords(message as Worded, around), names].filter(Boolean).join('\n\n');
  const at = Date.parse(timestamp);
  return {
    kind: 'forwarded',
    text: text || '(a message that shows nothing here)',
    ...(!Number.isNaN(at) && { at }),
  };
}

function embedWords({ provider, author, title, url, description, fields = [], footer }: APIEmbed): string {
  const lines = [
    ...(provider?.name ? [provider.name] : []),
    ...(author?.name ? [author.name] : []),
    ...(title ? [title] : []),
    ...(url ? [url] : []),
    ...(description ? [description] : []),
    ...fields.map(({ name, value }) => `${name}: ${value}`),
    ...(footer?.text ? [footer.text] : []),
  ];
  return lines.join('\n');
}

function pollWords({ question, answers, results, allow_multiselect }: APIPoll): string {
  const counts = new Map(results?.answer_counts.map(({ id, count }) => [id, count]));
  const lines = answers.map(({ answer_id, poll_media: { text, emoji } }) => {
    const votes = counts.get(answer_id);
    const named = [emoji?.name, text].filter(Boolean).join(' ');
    return `- ${named}${votes === undefined ? '' : ` (${votes} ${votes === 1 ? 'vote' : 'votes'})`}`;
  });
  const rule = allow_multiselect ? ['(more than one may be chosen)'] : [];
  return [question.text ?? '', ...lines, ...rule].join('\n');
}

type MentionedUser = APIUser & { member?: { nick?: string | null } };

function namesIn({ mentions = [] }: Worded, { self, roleName, channelName }: Around): Names {
  return {
    user: (id) => {
      if (id === self.id) return self.name;
      const mentioned = mentions.find((user) => user.id === id);
      return mentioned ? nameOf(mentioned, (mentioned as MentionedUser).member?.nick) : null;
    },
    role: roleName,
    channel: channelName,
  };
}
