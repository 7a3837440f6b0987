/** Everything in a message that carries words: what its author typed, and what it carries besides. */
import type { Part } from '../../src/extension-api.js';
import { plainText } from './entities.js';
import type { Chat, Entity, File, Media, Message, Origin, Target, User, Written } from './payload.js';
import { authorOf, nameOf } from './people.js';

/** A file that has to be fetched before the message is whole. */
export interface FileRef {
  fileId: string;
  name: string;
  mediaType: string;
  /** In bytes, where Telegram says so. */
  size: number | undefined;
  /** Of which message it is, where it is not of the message itself. */
  of?: 'quote' | 'forwarded';
}

export interface Content {
  /** What its author typed, as markdown. */
  text: string;
  parts: Part[];
  files: FileRef[];
}

/** One message; or the items of one album, in their order, as one. */
export function contentOf(items: Message[], bot: User): Content {
  const said = items
    .map((item) => textOf(item, bot))
    .filter(Boolean)
    .join('\n');
  const files = items.flatMap(filesOf);
  const cards = items.flatMap(cardsOf);
  const [first] = items;
  const own = first?.forward_origin
    ? forwarded(first.forward_origin, { text: said, parts: cards, files })
    : { text: said, parts: cards, files };
  const lost = items.flatMap((item) => unreadIn(item, said === '' && files.length + cards.length === 0));
  const pointed = first ? pointedAt(first) : [];
  return { ...own, parts: [...own.parts, ...pointed, ...lost.map(note)] };
}

/** The text with its markup. */
export function textOf(
  written: Pick<Written, 'text' | 'entities' | 'caption' | 'caption_entities'>,
  bot: User,
) {
  const { text, entities } = wordsOf(written);
  return plainText(text, entities, bot);
}

export function wordsOf({
  text,
  entities,
  caption,
  caption_entities,
}: Pick<Written, 'text' | 'entities' | 'caption' | 'caption_entities'>): {
  text: string;
  entities: Entity[];
} {
  return { text: text ?? caption ?? '', entities: (text === undefined ? caption_entities : entities) ?? [] };
}

export interface Pointed {
  quote: { author?: string; text: string } | null;
  files: FileRef[];
}

/** What it answers: the words that were marked in it, or all of it. Null where that has no words. */
export function quoteOf(message: Message, target: Target | undefined, bot: User): Pointed {
  const { quote, external_reply: external } = message;
  if (!target && !external) return { quote: null, files: [] };
  const files = filesOf((target ?? external)!).map((file): FileRef => ({ ...file, of: 'quote' }));
  const chosen = quote && plainText(quote.text, quote.entities ?? [], bot);
  const whole = () => [
    ...(target ? [textOf(target, bot)] : []),
    ...cardsOf((target ?? external)!).map(({ text }) => text),
    ...files.map(({ name }) => `[${name}]`),
  ];
  const text = chosen ?? whole().filter(Boolean).join('\n');
  const author = target
    ? targetAuthor(target, bot)
    : external && (originName(external.origin) ?? external.chat?.title);
  if (text === '') return { quote: null, files };
  return { quote: { ...(author && { author: author.slice(0, 256) }), text: text.slice(0, 4000) }, files };
}

function targetAuthor(target: Target, bot: User): string | undefined {
  return target.from?.id === bot.id ? bot.first_name : authorOf(target).name;
}

/** A message that was passed on has no words of whoever passed it on. */
function forwarded(origin: Origin, { text, parts, files }: Content): Content {
  const author = originName(origin);
  const names = files.map(({ name }) => `[${name}]`);
  const words = [text, ...parts.map((part) => part.text), ...names].filter(Boolean).join('\n');
  const bot = origin.sender_user?.is_bot;
  const part: Part = {
    kind: 'forwarded',
    ...(author && { author }),
    ...(bot && { bot }),
    ...(origin.date && { at: origin.date * 1000 }),
    text: words,
  };
  return {
    text: '',
    parts: words === '' ? [] : [part],
    files: files.map((file) => ({ ...file, of: 'forwarded' })),
  };
}

function originName(origin: Origin | undefined): string | undefined {
  if (origin?.sender_user) return nameOf(origin.sender_user);
  return origin?.sender_user_name ?? origin?.sender_chat?.title ?? origin?.chat?.title;
}

/** What is no text, no file and no answer. */
function cardsOf(media: Media & Partial<Pick<Written, 'web_app_data'>>): Part[] {
  const { sticker, venue, location, contact, poll, dice, checklist, game, invoice, web_app_data } = media;
  const card = (text: string): Part => ({ kind: 'card', text });
  const found: (Part | null | undefined | false)[] = [
    sticker && { kind: 'sticker', text: stickerText(sticker) },
    poll && { kind: 'poll', text: pollText(poll) },
    venue && card(`place: ${[venue.title, venue.address].filter(Boolean).join(', ')}`),
    // A place has its location with it.
    !venue && location && card(`location: ${location.latitude}, ${location.longitude}`),
    contact &&
      card(
        `contact: ${[contact.first_name, contact.last_name].filter(Boolean).join(' ')}, ${contact.phone_number}`,
      ),
    dice && card(`${dice.emoji ?? 'dice'}: ${dice.value}`),
    checklist && card(checklistText(checklist)),
    game && card(`game: ${[game.title, game.description].filter(Boolean).join('. ')}`),
    invoice && card(`invoice: ${invoiceText(invoice)}`),
    web_app_data && card(`from the app “${web_app_data.button_text ?? ''}”: ${web_app_data.data}`),
    giveawayOf(media),
  ];
  return found.filter((part): part is Part => Boolean(part));
}

function stickerText({ emoji, set_name }: NonNullable<Media['sticker']>): string {
  return [emoji ?? 'without an emoji', set_name && `(of the set ${set_name})`].filter(Boolean).join(' ');
}

function pollText({ question, options = [], is_closed }: NonNullable<Media['poll']>): string {
  const votes = (count: number | undefined) => (count ? ` (votes: ${count})` : '');
  const choices = options.map(({ text, voter_count }) => `- ${text}${votes(voter_count)}`);
  return [`${question}${is_closed ? ' (closed)' : ''}`, ...choices].join('\n');
}

function checklistText({ title = '', tasks = [] }: NonNullable<Media['checklist']>): string {
  const lines = tasks.map(({ text, completion_date }) => `- [${completion_date ? 'x' : ' '}] ${text}`);
  return [`checklist: ${title}`, ...lines].join('\n');
}

function invoiceText({ title, description, currency, total_amount }: NonNullable<Media['invoice']>): string {
  const price = total_amount === undefined ? '' : `${total_amount} ${currency ?? ''} in its smallest unit`;
  return [title, description, price].filter(Boolean).join('. ');
}

function giveawayOf({ giveaway, giveaway_winners }: Media): Part | null {
  const found = giveaway ?? giveaway_winners;
  if (!found) return null;
  const { winner_count = 0, prize_description = '' } = found;
  return {
    kind: 'card',
    text: [`giveaway: ${winner_count} winners`, prize_description].filter(Boolean).join('. '),
  };
}

/** What it answers and bots are not shown. */
function pointedAt({ external_reply, quote, reply_to_story, ...message }: Message): Part[] {
  if (reply_to_story) return [note(`It answers ${storyOf(reply_to_story)}, which bots are not shown.`)];
  if (!external_reply || quote) return [];
  const shown = cardsOf(external_reply).length + filesOf(external_reply).length > 0;
  const story = external_reply.story && storyOf(external_reply.story);
  if (shown || message.reply_to_message) return [];
  return [note(`It answers ${story ?? 'a message of another chat'}, which bots are not shown.`)];
}

function storyOf({ chat }: { chat?: Chat | undefined }): string {
  const name = chat?.title ?? chat?.first_name;
  return name ? `a story of ${name}` : 'a story';
}

function note(text: string): Part {
  return { kind: 'note', text };
}

/** What a message may have that says nothing, or that nobody said: https://core.telegram.org/bots/api#message */
const silent =
  /^(new_chat_|left_chat_|delete_chat_|group_chat_|supergroup_chat_|channel_chat_|message_|migrate_|pinned_|chat_|users?_shared$|forum_topic_|general_forum_|giveaway_created$|giveaway_completed$|video_chat_|voice_chat_|paid_message_|direct_message|suggested_post_|boost_|proximity_|write_access_|connected_website$|checklist_tasks_|forward|sender_|reply_|via_bot$|link_preview_|effect_|business_|from$|entities$|caption_entities$|external_reply$|quote$)/;

/** For people, where the field's name is not enough. */
const called: Record<string, string> = { paid_media: 'paid media', web_app_data: 'data of an app' };

/**
 * What it has and we cannot read, a sentence each.
 * @param empty it has nothing else: then a kind that nobody has heard of is named, too.
 */
function unreadIn(message: Message, empty: boolean): string[] {
  const { story, paid_media, ...rest } = message;
  const known = [
    ...(story ? [`It carries ${storyOf(story)}, which bots are not shown.`] : []),
    ...(paid_media ? ['It carries paid media, which bots are not shown.'] : []),
  ];
  const odd = Object.entries(rest)
    .filter(([key, value]) => !silent.test(key) && isUnread(key, value, empty && known.length === 0))
    .map(
      ([key]) => `It carries something that cannot be read here: ${called[key] ?? key.replaceAll('_', ' ')}.`,
    );
  return [...known, ...odd];
}

const readable = new Set(
  'photo animation audio document video video_note voice sticker location venue contact poll dice checklist game invoice giveaway giveaway_winners web_app_data text caption'.split(
    ' ',
  ),
);

/** A field that is ours to read and has no value was not as it should be. */
function isUnread(key: string, value: unknown, empty: boolean): boolean {
  if (readable.has(key)) return value === undefined || (Array.isArray(value) && value.length === 0);
  return empty && key !== 'chat' && typeof value === 'object' && value !== null;
}

function filesOf({ photo, animation, audio, video, video_note, voice, document }: Media): FileRef[] {
  // Sizes come smallest first. Photos are always JPEG.
  const largest = photo?.at(-1);
  if (largest) return [fileRef(largest, 'photo', 'jpg', 'image/jpeg')];
  // An animation comes as a document too.
  if (animation) return [fileRef(animation, 'animation', 'mp4', 'video/mp4')];
  if (voice) return [fileRef(voice, 'voice', 'ogg', 'audio/ogg')];
  if (audio) return [fileRef(audio, songOf(audio), 'mp3', 'audio/mpeg')];
  if (video_note) return [fileRef(video_note, 'video-note', 'mp4', 'video/mp4')];
  if (video) return [fileRef(video, 'video', 'mp4', 'video/mp4')];
  return document ? [fileRef(document, 'document', 'bin', 'application/octet-stream')] : [];
}

function songOf({ performer, title }: File): string {
  return [performer, title].filter(Boolean).join(' - ').replace(/[/\\]/g, ' ').slice(0, 100) || 'audio';
}

function fileRef(file: File, kind: string, ending: string, mediaType: string): FileRef {
  return {
    fileId: file.file_id,
    name: (file.file_name ?? `${kind}.${ending}`).slice(0, 255),
    mediaType: (file.mime_type ?? mediaType).slice(0, 127),
    size: file.file_size,
  };
}
