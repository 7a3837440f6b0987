/** The methods of the Bot API, https://core.telegram.org/bots/api, with its limits and its words of refusal. */
import { captionOf, limits, textOf } from './limits.js';
import type { Method, Parameters } from './parameters.js';
import { badRequest, type Refusal } from './refusal.js';
import type { Updates } from './updates.js';
import type { Chat, StoredFile, StoredMessage, World } from './world.js';

export interface Upload {
  name: string;
  mediaType: string;
  bytes: Buffer;
}

interface Call {
  world: World;
  updates: Updates;
  /** Uploaded parts by field name. */
  uploads: Map<string, Upload>;
  /** Ends when the caller hangs up. */
  signal: AbortSignal;
}

type Methods = { [M in Method]: (parameters: Parameters[M], call: Call) => unknown };

export const methods: Methods = {
  getme: (_, { world }) => ({
    ...world.bot,
    can_join_groups: true,
    can_read_all_group_messages: world.readsAll,
    supports_inline_queries: false,
  }),

  getupdates(parameters, { updates, signal }) {
    if (parameters.allowed_updates) updates.allowed = parameters.allowed_updates;
    return updates.fetch(parameters, signal);
  },

  setwebhook({ allowed_updates, drop_pending_updates: _, ...webhook }, { updates }) {
    if (allowed_updates) updates.allowed = allowed_updates;
    updates.setWebhook(webhook);
    return true;
  },

  deletewebhook(_, { updates }) {
    updates.setWebhook(null);
    return true;
  },

  getwebhookinfo: (_, { updates }) => ({
    url: updates.webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: updates.pending.length,
    ...(updates.lastError && { last_error_message: updates.lastError }),
  }),

  setmycommands({ commands }, { world }) {
    world.commands = commands;
    return true;
  },

  sendmessage(parameters, call) {
    const { text, entities } = textOf(parameters);
    return post(call, parameters, { text, ...(entities.length > 0 && { entities }) });
  },

  editmessagetext(parameters, { world }) {
    const message = own(world, parameters, 'edit');
    if (message.text === undefined) throw badRequest('there is no text in the message to edit');
    const { text, entities } = textOf(parameters);
    const markup = checked(parameters.reply_markup);
    const same = (a: unknown, b: unknown) => JSON.stringify(a ?? []) === JSON.stringify(b ?? []);
    if (text === message.text && same(entities, message.entities) && same(markup, message.reply_markup))
      throw notModified();
    message.text = text;
    message.entities = entities;
    message.reply_markup = markup;
    message.edit_date = now();
    message.edits = [...((message.edits as string[] | undefined) ?? []), text];
    return message;
  },

  editmessagereplymarkup(parameters, { world }) {
    const message = own(world, parameters, 'edit');
    const markup = checked(parameters.reply_markup);
    if (JSON.stringify(markup) === JSON.stringify(message.reply_markup)) throw notModified();
    message.reply_markup = markup;
    return message;
  },

  deletemessage(parameters, { world }) {
    own(world, parameters, 'delete');
    return world.writable(parameters.chat_id).messages.delete(parameters.message_id);
  },

  senddocument(parameters, call) {
    requireRight(call.world, parameters.chat_id, 'documents');
    const { stored, upload } = kept(call, 'document', parameters.document);
    const document = { ...shown(stored), file_name: upload?.name, mime_type: upload?.mediaType };
    return post(call, parameters, { document, ...captionOf(parameters) });
  },

  sendphoto(parameters, call) {
    requireRight(call.world, parameters.chat_id, 'photos');
    const { stored } = kept(call, 'photo', parameters.photo);
    if (stored.bytes.length > limits.photo) throw badRequest('file is too big');
    if (!isImage(stored.bytes)) throw badRequest('IMAGE_PROCESS_FAILED');
    return post(call, parameters, {
      photo: [{ ...shown(stored), width: 640, height: 480 }],
      ...captionOf(parameters),
    });
  },

  sendchataction({ chat_id, action, message_thread_id }, { world }) {
    const chat = world.writable(chat_id);
    requireTopic(chat, message_thread_id);
    world.actions.push({ chatId: chat.id, action, topic: message_thread_id, at: Date.now() });
    return true;
  },

  answercallbackquery({ callback_query_id, text = '', show_alert = false }, { world }) {
    if (text.length > limits.answer) throw badRequest('MESSAGE_TOO_LONG');
    const answer = world.presses.get(callback_query_id);
    if (!answer) throw badRequest('query is too old and response timeout expired or query ID is invalid');
    world.presses.delete(callback_query_id);
    answer({ text, alert: show_alert });
    return true;
  },

  getfile({ file_id }, { world }) {
    const file = world.files.get(file_id);
    if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
    if (file.bytes.length > limits.download) throw badRequest('file is too big');
    return { ...shown(file), file_path: file.path };
  },

  getchatmember({ chat_id, user_id }, { world }) {
    const { standing, hidesMembers } = world.writable(chat_id);
    const self = user_id === world.bot.id;
    if (!self && hidesMembers) throw badRequest(hidesMembers);
    const user = self ? world.bot : { id: user_id, is_bot: false, first_name: '' };
    return { status: standing.get(user_id) ?? 'member', user };
  },
};

interface Target {
  chat_id: number;
  message_thread_id?: number;
  reply_parameters?: { message_id: number; allow_sending_without_reply?: boolean };
  reply_markup?: StoredMessage['reply_markup'];
}

function post({ world }: Call, target: Target, content: Partial<StoredMessage>): StoredMessage {
  const chat = world.writable(target.chat_id);
  requireTopic(chat, target.message_thread_id);
  const reply_markup = checked(target.reply_markup);
  const reply = target.reply_parameters;
  const repliedTo = reply && chat.messages.get(reply.message_id);
  if (reply && !repliedTo && !reply.allow_sending_without_reply)
    throw badRequest('message to be replied not found');
  const message: StoredMessage = {
    message_id: chat.nextId(),
    from: world.bot,
    chat: chat.shown,
    date: now(),
    ...content,
    ...(target.message_thread_id && { message_thread_id: target.message_thread_id, is_topic_message: true }),
    ...(repliedTo && { reply_to_message: { ...repliedTo, reply_to_message: undefined } }),
    ...(reply_markup && { reply_markup }),
  };
  chat.messages.set(message.message_id, message);
  return message;
}

function requireTopic(chat: Chat, topic: number | undefined): void {
  if (topic !== undefined && !chat.topics.has(topic)) throw badRequest('message thread not found');
  if (topic !== undefined && chat.closedTopics.has(topic)) throw badRequest('TOPIC_CLOSED');
}

/** What members of a group may send is set for each kind. */
function requireRight(world: World, chatId: number, kind: 'documents' | 'photos'): void {
  if (world.writable(chatId).forbidden.has(kind))
    throw badRequest(`not enough rights to send ${kind} to the chat`);
}

/** @throws Refusal where the message is not there, or another's. */
function own(
  world: World,
  { chat_id, message_id }: { chat_id: number; message_id: number },
  use: string,
): StoredMessage {
  const message = world.writable(chat_id).message(message_id, use);
  if (message.from?.id !== world.bot.id)
    throw badRequest(`message can't be ${use === 'edit' ? 'edited' : 'deleted'}`);
  return message;
}

function checked(markup: StoredMessage['reply_markup']): StoredMessage['reply_markup'] {
  for (const { callback_data, url } of markup?.inline_keyboard.flat() ?? []) {
    if (callback_data === undefined && url === undefined)
      throw badRequest(
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
      );
    if (Buffer.byteLength(callback_data ?? 'x') > limits.callbackData || callback_data === '')
      throw badRequest('BUTTON_DATA_INVALID');
  }
  if (JSON.stringify(markup ?? '').length > limits.markup) throw badRequest('reply markup is too long');
  return markup?.inline_keyboard.length ? markup : undefined;
}

function kept(
  { world, uploads }: Call,
  field: string,
  given: string | undefined,
): { stored: StoredFile; upload?: Upload } {
  const upload = uploads.get(field) ?? uploads.get(/^attach:\/\/(.+)$/.exec(given ?? '')?.[1] ?? '');
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    return { stored: world.keep(upload.bytes, upload.name), upload };
  }
  const stored = world.files.get(given ?? '');
  if (!stored) throw badRequest(`there is no ${field} in the request`);
  return { stored };
}

function shown({ file_id, file_unique_id, bytes }: StoredFile) {
  return { file_id, file_unique_id, file_size: bytes.length };
}

/** JPEG, PNG or WebP by their first bytes. */
function isImage(bytes: Buffer): boolean {
  return /^(ffd8ff|89504e47|52494646)/.test(bytes.subarray(0, 4).toString('hex'));
}

function notModified(): Refusal {
  return badRequest(
    'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
  );
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
