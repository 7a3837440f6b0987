/**
 * What is read of Telegram's updates, https://core.telegram.org/bots/api#update. They come from outside, so they are
 * checked; what is not named here is not looked at.
 */
import { z } from 'zod';

const id = z.number().int();

const User = z.object({
  id,
  is_bot: z.boolean().default(false),
  first_name: z.string().default(''),
  last_name: z.string().optional(),
  username: z.string().optional(),
});
export type User = z.infer<typeof User>;

const Chat = z.object({
  id,
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  title: z.string().optional(),
});

const Entity = z.object({
  type: z.string(),
  offset: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  url: z.string().optional(),
  language: z.string().optional(),
  user: User.optional(),
});
export type Entity = z.infer<typeof Entity>;

const File = z.object({
  file_id: z.string(),
  file_unique_id: z.string(),
  file_size: z.number().int().nonnegative().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
});
export type File = z.infer<typeof File>;

const Written = z.object({
  text: z.string().optional(),
  entities: z.array(Entity).optional(),
  caption: z.string().optional(),
  caption_entities: z.array(Entity).optional(),
  photo: z.array(File).optional(),
  animation: File.optional(),
  audio: File.optional(),
  document: File.optional(),
  video: File.optional(),
  video_note: File.optional(),
  voice: File.optional(),
  sticker: z.object({ emoji: z.string().optional() }).optional(),
  location: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
  venue: z.object({ title: z.string(), address: z.string() }).optional(),
  contact: z
    .object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() })
    .optional(),
  poll: z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  dice: z.object({ emoji: z.string(), value: z.number() }).optional(),
});
/** The parts of a message that its author made. */
export type Written = z.infer<typeof Written>;

const Head = z.object({
  message_id: id,
  message_thread_id: id.optional(),
  is_topic_message: z.boolean().optional(),
  date: z.number(),
  chat: Chat,
  from: User.optional(),
  /** Who a message is sent in the name of: a channel, or the group itself for anonymous administrators. */
  sender_chat: Chat.optional(),
  media_group_id: z.string().max(64).optional(),
});

export const Message = Written.extend(Head.shape).extend({
  reply_to_message: Written.extend(Head.shape)
    .extend({ forum_topic_created: z.unknown().optional() })
    .optional(),
  quote: z.object({ text: z.string() }).optional(),
  forward_origin: z
    .object({
      sender_user: User.optional(),
      sender_user_name: z.string().optional(),
      sender_chat: Chat.optional(),
      chat: Chat.optional(),
    })
    .optional(),
  migrate_to_chat_id: id.optional(),
  migrate_from_chat_id: id.optional(),
});
export type Message = z.infer<typeof Message>;

const Reactions = z.array(
  z.object({ type: z.string(), emoji: z.string().optional(), custom_emoji_id: z.string().optional() }),
);

const Reaction = z.object({
  chat: Chat,
  message_id: id,
  user: User.optional(),
  actor_chat: Chat.optional(),
  old_reaction: Reactions,
  new_reaction: Reactions,
});
export type Reaction = z.infer<typeof Reaction>;

const Press = z.object({
  id: z.string(),
  from: User,
  /** Absent or without its content where the message is too old. */
  message: Head.partial({ date: true }).optional(),
  data: z.string().optional(),
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
