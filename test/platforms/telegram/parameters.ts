/** What each method takes. Anything else is refused: a misspelt parameter must not pass for a right one. */
import { z } from 'zod';

const chatId = z.union([z.number().int(), z.string().regex(/^-?\d+$/)]).transform(Number);
const parseMode = z.literal('HTML').optional();

const replyParameters = z
  .strictObject({ message_id: z.number().int(), allow_sending_without_reply: z.boolean().optional() })
  .optional();

const keyboard = z
  .strictObject({
    inline_keyboard: z.array(
      z.array(
        z.strictObject({
          text: z.string().min(1),
          callback_data: z.string().optional(),
          url: z.string().optional(),
        }),
      ),
    ),
  })
  .optional();

const target = {
  chat_id: chatId,
  message_thread_id: z.coerce.number().int().optional(),
};

const send = {
  ...target,
  reply_parameters: replyParameters,
  reply_markup: keyboard,
  disable_notification: z.boolean().optional(),
};

const linkPreview = z.strictObject({ is_disabled: z.boolean().optional() }).optional();
const captioned = { caption: z.string().optional(), parse_mode: parseMode };

export const parameters = {
  getme: z.strictObject({}),
  getupdates: z.strictObject({
    offset: z.number().int().optional(),
    limit: z.number().int().optional(),
    timeout: z.number().int().optional(),
    allowed_updates: z.array(z.string()).optional(),
  }),
  setwebhook: z.strictObject({
    url: z.string(),
    secret_token: z
      .string()
      .regex(/^[\w-]{1,256}$/)
      .optional(),
    allowed_updates: z.array(z.string()).optional(),
    max_connections: z.number().int().min(1).max(100).optional(),
    drop_pending_updates: z.boolean().optional(),
  }),
  deletewebhook: z.strictObject({ drop_pending_updates: z.boolean().optional() }),
  getwebhookinfo: z.strictObject({}),
  setmycommands: z.strictObject({
    commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^[a-z0-9_]{1,32}$/),
          description: z.string().min(1).max(256),
        }),
      )
      .max(100),
  }),
  sendmessage: z.strictObject({
    ...send,
    text: z.string(),
    parse_mode: parseMode,
    link_preview_options: linkPreview,
  }),
  editmessagetext: z.strictObject({
    chat_id: chatId,
    message_id: z.number().int(),
    text: z.string(),
    parse_mode: parseMode,
    link_preview_options: linkPreview,
    reply_markup: keyboard,
  }),
  editmessagereplymarkup: z.strictObject({
    chat_id: chatId,
    message_id: z.number().int(),
    reply_markup: keyboard,
  }),
  deletemessage: z.strictObject({ chat_id: chatId, message_id: z.number().int() }),
  senddocument: z.strictObject({ ...send, ...captioned, document: z.string().optional() }),
  sendphoto: z.strictObject({ ...send, ...captioned, photo: z.string().optional() }),
  sendchataction: z.strictObject({
    ...target,
    action: z.enum(['typing', 'upload_photo', 'upload_document', 'record_voice', 'upload_voice']),
  }),
  answercallbackquery: z.strictObject({
    callback_query_id: z.string(),
    text: z.string().optional(),
    show_alert: z.boolean().optional(),
  }),
  getfile: z.strictObject({ file_id: z.string() }),
  getchatmember: z.strictObject({ chat_id: chatId, user_id: z.number().int() }),
};

export type Method = keyof typeof parameters;
export type Parameters = { [M in Method]: z.output<(typeof parameters)[M]> };
