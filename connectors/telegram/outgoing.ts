/** One reply's way into its chat: each message in the best form that Telegram takes, the plainest of them a sentence. */
import { type Host, type OutboundMessage, Replacement, SentParts } from '../../src/extension-api.js';
import { type Api, Refused } from './api.js';
import type { Chats } from './chats.js';
import { type Form, inSomeForm, isOfTheMessage, pieces, plainOf, wordsOf } from './form.js';
import { renderHtml } from './render.js';
import { rendering } from './reply.js';
import { type OutFile, readable, upload } from './upload.js';

export interface OutgoingParts {
  api: Api;
  host: Host;
  chats: Chats;
  /** Whether pages that a reply links to are previewed. */
  previews: boolean;
}

/** As of now: a group may move, a topic go. */
export interface Target {
  chat_id: number;
  message_thread_id?: number;
}

/** Where even plain text is too long for Telegram, in UTF-16 units. */
const pieceChars = 1500;

/** Without buttons. */
export const unarmed = { reply_markup: { inline_keyboard: [] } };

const sentence = 'I have an answer, and Telegram does not let me show it here.';

export class Outgoing {
  readonly #parts: OutgoingParts;
  readonly #target: Target;
  readonly #signal: AbortSignal;

  constructor(parts: OutgoingParts, target: Target, signal: AbortSignal) {
    this.#parts = parts;
    this.#target = { ...target };
    this.#signal = signal;
  }

  /** The group has a new id. */
  async moved(to: number): Promise<void> {
    await this.#parts.chats.moved(this.#target.chat_id, to);
    this.#target.chat_id = to;
  }

  /**
   * The platform's id of what was sent, or of the first of several.
   * @param key names the message among all that are sent, should it become several.
   * @throws Refused where nothing can be said there.
   */
  async say(form: Form, key: string): Promise<string> {
    const { log } = this.#parts.host;
    try {
      return await inSomeForm(this.#placed(form), (some) => this.#message(some), { log });
    } catch (error) {
      if (!isOfTheMessage(error)) throw error;
      const words = form.plain ?? plainOf(form.html ?? '');
      const shorter = /too.?long/i.test(error.message) ? await this.#inPieces(words, key) : null;
      if (shorter !== null) return shorter;
      log.error({ err: error }, 'Telegram takes a reply in no form; a sentence stands for it');
      return inSomeForm(this.#placed({ plain: sentence }), (some) => this.#message(some), { log });
    }
  }

  /** The live message becomes this one. Where Telegram will not have it changed, it goes, and this one is sent. */
  async replace(live: string, form: Form, key: string): Promise<string> {
    const { host } = this.#parts;
    const { reply_parameters: _, ...shown } = form;
    try {
      await inSomeForm(shown, (some) => this.#edit(live, some), { log: host.log, named: true });
      return live;
    } catch (error) {
      const gone = error instanceof Refused && error.migratedTo !== undefined;
      if (gone) await this.moved(error.migratedTo!);
      else if (!isOfTheMessage(error)) throw error;
      else await this.remove(live);
    }
    return this.say(form, key);
  }

  /** How a message is put in the place of an earlier one, of words alone. */
  replacement(outbound: OutboundMessage): Replacement<Form> {
    const { api, host } = this.#parts;
    const options = { signal: this.#signal };
    return new Replacement({
      ...{ host, outbound },
      edit: (id, form: Form) =>
        inSomeForm(form, (some) => this.#edit(id, some), { log: host.log, named: true }),
      remove: async (id) => void (await api.call('deleteMessage', placeOf(id), options)),
      disarm: async (id) =>
        void (await api.call('editMessageReplyMarkup', { ...placeOf(id), ...unarmed }, options)),
    });
  }

  /** Refused, it is gone already, or too old. @throws what may pass. */
  async remove(live: string): Promise<void> {
    try {
      await this.#parts.api.call('deleteMessage', placeOf(live), { signal: this.#signal });
    } catch (err) {
      if (!(err instanceof Refused)) throw err;
      this.#parts.host.log.warn({ err }, 'a live message could not be removed');
    }
  }

  /** A file, its words as the caption. @param key names what is sent in its place, should that be several messages. */
  async send(file: OutFile, form: Form, key: string): Promise<string> {
    const { api, host } = this.#parts;
    const bytes = await file.bytes();
    if (!bytes) return this.say({ ...form, html: withWords(form, missing(file.name)) }, key);
    const options = { api, chatId: this.#target.chat_id, log: host.log, signal: this.#signal };
    const sent = await upload({ ...file, bytes }, this.#placed(form), options);
    if (typeof sent === 'number') return this.#idOf(sent);
    if (form.html !== undefined && /caption|too.?long/i.test(sent.message))
      return this.#apart(file, form, key);
    host.log.warn({ err: sent, file: file.name }, 'Telegram takes no such file here; text stands for it');
    return this.#asText(file, bytes, form, key);
  }

  /** Words that Telegram takes as no caption come before their file. */
  #apart(file: OutFile, form: Form, key: string): Promise<string> {
    return this.#several(
      [() => this.say(form, `${key}/words`), () => this.send(file, {}, `${key}/file`)],
      key,
    );
  }

  /** Words first, then what the file says, in parts. */
  async #asText(file: OutFile, bytes: Uint8Array, form: Form, key: string): Promise<string> {
    const { html, reply_markup, reply_parameters } = form;
    const text = readable(file, bytes);
    const code =
      text === null ? [renderHtml(missing(file.name))] : await rendering.parts(fenced(text, file.name));
    const htmls = [...(html === undefined ? [] : [html]), ...code];
    const asking = html === undefined ? htmls.length - 1 : 0;
    const sends = htmls.map((each, index) => () => {
      const first = index === 0 && reply_parameters && { reply_parameters };
      const asked = index === asking && reply_markup && { reply_markup };
      return this.say({ html: each, ...first, ...asked }, `${key}/${index}`);
    });
    return this.#several(sends, key);
  }

  /** In the place of one message; gives the id of the first. */
  async #several(sends: (() => Promise<string>)[], key: string): Promise<string> {
    const sent = await SentParts.open({ notes: this.#parts.host.notes, outboundId: key, plan: null });
    const [id] = await sent.send(sends, this.#signal);
    return id!;
  }

  /** Null: not all of it even so. */
  async #inPieces(words: string, key: string): Promise<string | null> {
    const sends = pieces(words, pieceChars).map((plain) => () => this.#message(this.#placed({ plain })));
    try {
      return await this.#several(sends, `${key}/pieces`);
    } catch (error) {
      if (!isOfTheMessage(error)) throw error;
      return null;
    }
  }

  async #message(form: Form): Promise<string> {
    const { html: _, plain: __, ...more } = form;
    const message = { chat_id: this.#target.chat_id, ...more, ...this.#words(form) };
    const { message_id } = await this.#parts.api.call('sendMessage', message as never, {
      signal: this.#signal,
    });
    // What one message had to do without, the others have, too.
    if (form.message_thread_id === undefined) delete this.#target.message_thread_id;
    return this.#idOf(message_id);
  }

  async #edit(id: string, form: Form): Promise<void> {
    const { reply_markup } = form;
    const message = { ...placeOf(id), ...this.#words(form), ...(reply_markup && { reply_markup }) };
    await this.#parts.api
      .call('editMessageText', message as never, { signal: this.#signal })
      .catch((error) => {
        if (!(error instanceof Refused) || !/not modified/.test(error.message)) throw error;
      });
  }

  #placed(form: Form): Form {
    const { message_thread_id } = this.#target;
    return { ...form, ...(message_thread_id !== undefined && { message_thread_id }) };
  }

  #words(form: Form): object {
    return { ...wordsOf(form), ...preview(this.#parts.previews) };
  }

  #idOf(messageId: number): string {
    return `${this.#target.chat_id}:${messageId}`;
  }
}

/** By default links are not previewed: Telegram would fetch whatever address a reply was made to hold. */
export function preview(shown: boolean): object {
  return { link_preview_options: { is_disabled: !shown } };
}

export function placeOf(id: string): { chat_id: number; message_id: number } {
  const [chat_id, message_id] = id.split(':').map(Number);
  return { chat_id: chat_id!, message_id: message_id! };
}

function missing(name: string): string {
  return `(${name} could not be sent.)`;
}

function withWords({ html }: Form, sentence: string): string {
  return [html, renderHtml(sentence)].filter(Boolean).join('\n\n');
}

function fenced(text: string, name: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const ending = /\.(\w{1,10})$/.exec(name)?.[1] ?? '';
  return `${fence}${ending === 'txt' ? '' : ending}\n${text}\n${fence}`;
}
