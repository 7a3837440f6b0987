/** The parts of Slack's payloads that we read; anything may be missing, and more may come with them. */
import { z } from 'zod';

const id = z.string().min(1).max(64);
const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/);

export const SlackFile = z.object({
  id,
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nonnegative().nullish(),
  /** `hosted` and `snippet` have bytes at Slack; `external`, `tombstone`, `hidden_by_limit` have none for us. */
  mode: z.string().nullish(),
  is_external: z.boolean().nullish(),
  /** `check_file_info`: all but the id must be asked for, as in shared channels. */
  file_access: z.string().nullish(),
  url_private: z.string().nullish(),
  url_private_download: z.string().nullish(),
});
export type SlackFile = z.infer<typeof SlackFile>;

/** A message shared into a conversation comes as an attachment. */
const SharedMessage = z.object({
  is_share: z.boolean().nullish(),
  is_msg_unfurl: z.boolean().nullish(),
  author_name: z.string().nullish(),
  text: z.string().nullish(),
  channel_id: id.nullish(),
  ts: ts.nullish(),
});
export type SharedMessage = z.infer<typeof SharedMessage>;

/** Events `message` and `app_mention`, and the messages within `message_changed`. */
export const SlackMessage = z.object({
  subtype: z.string().nullish(),
  user: id.nullish(),
  bot_id: id.nullish(),
  username: z.string().nullish(),
  text: z.string().nullish(),
  ts,
  thread_ts: ts.nullish(),
  parent_user_id: id.nullish(),
  files: z.array(SlackFile).max(100).nullish(),
  attachments: z.array(SharedMessage).max(100).nullish(),
  edited: z.object({ ts }).nullish(),
});
export type SlackMessage = z.infer<typeof SlackMessage>;

export const MessageEvent = SlackMessage.extend({ channel: id, channel_type: z.string().nullish() });
export type MessageEvent = z.infer<typeof MessageEvent>;

export const MessageChanged = z.object({
  channel: id,
  message: SlackMessage,
  previous_message: SlackMessage.partial().nullish(),
});

export const MessageDeleted = z.object({
  channel: id,
  deleted_ts: ts,
  previous_message: z.object({ thread_ts: ts.nullish() }).nullish().catch(null),
});

export const Reaction = z.object({
  user: id,
  reaction: z.string().min(1).max(256),
  item_user: id.nullish(),
  item: z.object({ type: z.string(), channel: id.optional(), ts: ts.optional() }),
});

export const SlashCommand = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: id,
  user_name: z.string().optional(),
  channel_id: id,
  response_url: z.string(),
});

export const ButtonPress = z.object({
  user: z.object({ id, username: z.string().optional(), name: z.string().optional() }),
  container: z.object({ channel_id: id, message_ts: ts, thread_ts: ts.optional() }),
  message: z.object({
    text: z.string().default(''),
    blocks: z.array(z.looseObject({ type: z.string() })).default([]),
  }),
  actions: z
    .array(z.object({ value: z.string().optional(), text: z.object({ text: z.string() }).optional() }))
    .min(1),
  response_url: z.string(),
});
export type ButtonPress = z.infer<typeof ButtonPress>;
