/**
 * What is read of Telegram's updates, https://core.telegram.org/bots/api#update. They come from outside, so they are
 * checked; what is not named here is not looked at.
 */
import { z } from 'zod';

const id = z.number().int();

/** Telegram adds to its payloads, and some hold null: a part that is not as it should be must not take the rest along. */
function odd<T extends z.ZodType>(part: T) {
  return part.optional().catch(undefined);
}

/** Those of a list that are as they should be. */
function each<T extends z.ZodType>(one: T) {
  const good = (all: unknown[]): z.output<T>[] =>
    all.flatMap((given) => {
      const { success, data } = one.safeParse(given);
      return success ? [data] : [];
    });
  return odd(z.array(z.unknown()).transform(good));
}

const text = odd(z.string());
const count = odd(z.number());

const User = z.object({
  id,
  is_bot: z.boolean().catch(false),
  first_name: z.string().catch(''),
  last_name: text,
  username: text,
});
export type User = z.infer<typeof User>;

/** `private`, `group`, `supergroup`, `channel`, and whatever comes to be. */
const Chat = z.object({ id, type: z.string().catch('unknown'), title: text, first_name: text });
export type Chat = z.infer<typeof Chat>;

const Entity = z.object({
  type: z.string(),
  offset: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  url: text,
  language: text,
  user: odd(User),
});
export type Entity = z.infer<typeof Entity>;

const File = z.object({
  file_id: z.string(),
  file_unique_id: text,
  file_size: odd(z.number().int().nonnegative()),
  file_name: text,
  mime_type: text,
  title: text,
  performer: text,
  duration: count,
});
export type File = z.infer<typeof File>;

/** What a message carries that its author did not type. */
const Media = z.object({
  photo: each(File),
  animation: odd(File),
  audio: odd(File),
  document: odd(File),
  video: odd(File),
  video_note: odd(File),
  voice: odd(File),
  sticker: odd(z.object({ emoji: text, set_name: text })),
  location: odd(z.object({ latitude: z.number(), longitude: z.number() })),
  venue: odd(z.object({ title: z.string(), address: text })),
  contact: odd(z.object({ phone_number: z.string(), first_name: text, last_name: text })),
  poll: odd(
    z.object({
      question: z.string(),
      options: each(z.object({ text: z.string(), voter_count: count })),
      is_closed: odd(z.boolean()),
    }),
  ),
  dice: odd(z.object({ emoji: text, value: z.number() })),
  checklist: odd(
    z.object({ title: text, tasks: each(z.object({ text: z.string(), completion_date: count })) }),
  ),
  game: odd(z.object({ title: z.string(), description: text })),
  invoice: odd(z.object({ title: z.string(), description: text, currency: text, total_amount: count })),
  story: odd(z.object({ chat: odd(Chat) })),
  giveaway: odd(z.object({ winner_count: count, prize_description: text })),
  giveaway_winners: odd(z.object({ winner_count: count, prize_description: text })),
  paid_media: odd(z.object({ star_count: count })),
});
export type Media = z.infer<typeof Media>;

const Written = Media.extend({
  text,
  entities: each(Entity),
  caption: text,
  caption_entities: each(Entity),
  web_app_data: odd(z.object({ data: z.string(), button_text: text })),
});
/** The parts of a message that its author made. */
export type Written = z.infer<typeof Written>;

const Head = z.object({
  message_id: id,
  message_thread_id: odd(id),
  is_topic_message: odd(z.boolean()),
  date: z.number().catch(0),
  chat: Chat,
  from: odd(User),
  /** Who a message is sent in the name of: a channel, or the group itself for anonymous administrators. */
  sender_chat: odd(Chat),
  media_group_id: odd(z.string().max(64)),
});

/** Whose message is passed on or quoted: by an account, one that hides, a group, a channel, or what comes to be. */
const Origin = z.object({
  date: count,
  sender_user: odd(User),
  sender_user_name: text,
  sender_chat: odd(Chat),
  chat: odd(Chat),
});
export type Origin = z.infer<typeof Origin>;

const Quote = z.object({ text: z.string(), entities: each(Entity) });

/** A message that another one answers. */
const Target = z
  .looseObject(Written.shape)
  .extend(Head.shape)
  .extend({
    forward_origin: odd(Origin),
    forum_topic_created: odd(z.object({ name: text })),
  });
export type Target = z.infer<typeof Target>;

/** What is not named is kept, so that it can be said that it was there. */
export const Message = z
  .looseObject(Written.shape)
  .extend(Head.shape)
  .extend({
    reply_to_message: odd(Target),
    /** Of another chat, or a story's; Telegram tells of it what fits its frame. */
    external_reply: odd(Media.extend({ origin: odd(Origin), chat: odd(Chat) })),
    reply_to_story: odd(z.object({ chat: odd(Chat) })),
    quote: odd(Quote),
    forward_origin: odd(Origin),
    forum_topic_created: odd(z.object({ name: text })),
    forum_topic_edited: odd(z.object({ name: text })),
    migrate_to_chat_id: odd(id),
    migrate_from_chat_id: odd(id),
  });
export type Message = z.infer<typeof Message>;

const Reactions = each(z.object({ emoji: text, custom_emoji_id: text }));

const Reaction = z.object({
  chat: Chat,
  message_id: id,
  user: odd(User),
  old_reaction: Reactions,
  new_reaction: Reactions,
});
export type Reaction = z.infer<typeof Reaction>;

const Press = z.object({
  id: z.string(),
  from: User,
  /** Absent or without its content where the message is too old. */
  message: odd(Head.partial({ date: true })),
  data: text,
});
export type Press = z.infer<typeof Press>;

export const Update = z.object({
  update_id: id,
  message: Message.optional(),
  edited_message: Message.optional(),
  message_reaction: Reaction.optional(),
  callback_query: Press.optional(),
});
export type Update = z.infer<typeof Update>;

/** The kinds of updates asked of Telegram; reactions come only when asked for. */
export const updateKinds = ['message', 'edited_message', 'message_reaction', 'callback_query'] as const;
