/** The parts of Slack's payloads that we read; anything may be missing, and more may come with them. */
import { z } from 'zod';

const id = z.string().min(1).max(64);
const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/);

const words = z.string().nullish().catch(null);

export const SlackFile = z.object({
  id,
  name: words,
  mimetype: words,
  size: z.number().int().nonnegative().nullish().catch(null),
  /** `hosted` and `snippet` have bytes at Slack; `external`, `tombstone`, `hidden_by_limit` have none for us. */
  mode: words,
  is_external: z.boolean().nullish().catch(null),
  /** `check_file_info`: all but the id must be asked for, as in shared channels. */
  file_access: words,
  url_private: words,
  url_private_download: words,
});
export type SlackFile = z.infer<typeof SlackFile>;

/** Of these nothing is known but that there may be some: what is odd in one is passed over, and the rest is read. */
const list = <T extends z.ZodType>(item: T, max = 100) =>
  z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((items) =>
      (items ?? []).slice(0, max).flatMap((one): z.output<T>[] => {
        const read = item.safeParse(one);
        return read.success ? [read.data] : [];
      }),
    );

/** Its attachments are read as those of the outer message are. */
const Inner = z.object({ blocks: list(z.unknown()), attachments: list(z.unknown()) });

/** Forwarded messages, links to messages, previews of links, and what other apps attach. */
export const MessageAttachment = z.object({
  is_share: z.boolean().nullish().catch(null),
  is_msg_unfurl: z.boolean().nullish().catch(null),
  is_reply_unfurl: z.boolean().nullish().catch(null),
  author_id: id.nullish().catch(null),
  author_name: words,
  author_subname: words,
  service_name: words,
  pretext: words,
  title: words,
  title_link: words,
  from_url: words,
  original_url: words,
  text: words,
  fallback: words,
  footer: words,
  ts: z.coerce
    .string()
    .regex(/^\d{1,12}(\.\d{1,9})?$/)
    .nullish()
    .catch(null),
  fields: list(z.object({ title: words, value: words })),
  blocks: list(z.unknown()),
  message_blocks: list(z.object({ message: Inner.nullish().catch(null) })),
  files: list(SlackFile),
});
export type MessageAttachment = z.output<typeof MessageAttachment>;

/** Events `message` and `app_mention`, and the messages within `message_changed`. */
export const SlackMessage = z.object({
  subtype: z.string().nullish(),
  user: id.nullish().catch(null),
  bot_id: id.nullish().catch(null),
  username: words,
  text: words,
  ts,
  thread_ts: ts.nullish(),
  parent_user_id: id.nullish().catch(null),
  files: list(SlackFile),
  blocks: list(z.unknown()),
  attachments: list(MessageAttachment),
  bot_profile: z.object({ name: words }).nullish().catch(null),
  edited: z.object({ ts }).nullish().catch(null),
});
export type SlackMessage = z.infer<typeof SlackMessage>;

export const MessageEvent = SlackMessage.extend({ channel: id, channel_type: words });
export type MessageEvent = z.infer<typeof MessageEvent>;

export const MessageChanged = z.object({
  channel: id,
  message: SlackMessage,
  previous_message: SlackMessage.extend({ ts: ts.nullish() }).nullish().catch(null),
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
  /** Of this one call. */
  trigger_id: z.string().min(1).max(512).optional().catch(undefined),
});

export const ButtonPress = z.object({
  user: z.object({ id, username: z.string().optional(), name: z.string().optional() }),
  container: z.object({
    channel_id: id,
    message_ts: ts,
    thread_ts: ts.nullish(),
    /** Seen by one person alone; then nobody can change it but by answering. */
    is_ephemeral: z.boolean().nullish(),
  }),
  /** Absent of those that one person sees. */
  message: z
    .object({
      text: z.string().default(''),
      blocks: z.array(z.looseObject({ type: z.string() })).default([]),
    })
    .nullish(),
  actions: z
    .array(
      z.object({
        value: z.string().optional(),
        text: z.object({ text: z.string() }).optional(),
        block_id: z.string().optional(),
      }),
    )
    .min(1),
  response_url: z.string(),
});
export type ButtonPress = z.infer<typeof ButtonPress>;
