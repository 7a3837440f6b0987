/** Brings a reply to its chat: text in parts, then files. What has gone out is marked part by part, so that a try after a failure goes on from there. */
import { z } from 'zod';
import {
  type DeliveryReceipt,
  FatalError,
  type Host,
  type OutboundMessage,
  type Sent,
  SentParts,
} from '../../src/extension-api.js';
import type { LiveReplies } from '../../src/replies.js';
import { type Api, Refused } from './api.js';
import type { Chats } from './chats.js';
import type { Address } from './normalize.js';
import { limits, renderButtons, renderHtml, renderParts, visible, withoutLongCode } from './render.js';
import { type OutFile, upload } from './upload.js';

export interface DeliveryParts {
  api: Api;
  host: Host;
  chats: Chats;
  live: LiveReplies;
}

const Marks = z.object({
  /** The text goes with the only file, as its caption. */
  captioned: z.boolean(),
  /** Platform ids, a part each. */
  ids: z.array(z.string()),
});

/** What has been sent of one reply, as it has always been noted; the plan is whether the text is a caption. */
const codec = {
  read(noted: unknown): Sent<boolean> | null {
    const { data } = Marks.safeParse(noted);
    return data ? { at: 0, plan: data.captioned, ids: data.ids } : null;
  },
  write: ({ plan, ids }: Sent<boolean>) => ({ captioned: plan, ids }),
};

export interface Target {
  chat_id: number;
  message_thread_id?: number;
}

export class Delivery {
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** @throws Refused, RetryableError `delivery_failed` */
  async deliver(outbound: OutboundMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const { host } = this.#parts;
    const { content } = outbound.memory;
    const live = await this.#parts.live.finish(outbound.turnId);
    const { markdown, files } = withoutLongCode(content.text);
    const parts = renderParts(markdown);
    const uploads = [
      ...files.map(textFile),
      ...content.attachments.map((attachment) => stored(attachment, host)),
    ];
    const fits = uploads.length === 1 && parts.length === 1 && visible(parts[0]!).length <= limits.caption;
    const sent = await SentParts.open({
      notes: host.notes,
      outboundId: outbound.id,
      plan: fits && live === null,
      codec,
    });
    const sends = this.#plan(outbound, parts, uploads, sent.plan, sent.resumed ? null : live);
    const target = await this.#targetOf(outbound);
    if (live !== null && parts.length === 0) await this.#remove(live, signal);
    const following = sends.map((send) => () => this.#following(target, () => send(target, signal)));
    return { messageIds: await sent.send(following, signal) };
  }

  /** One function per message: the same list in every try, so that marks can be counted. */
  #plan(
    { to, memory }: OutboundMessage,
    parts: string[],
    files: OutFile[],
    captioned: boolean,
    live: string | null,
  ): ((target: Target, signal: AbortSignal) => Promise<string>)[] {
    const buttons = renderButtons(memory.content.buttons);
    const total = (captioned ? 0 : parts.length) + files.length;
    const extra = (index: number, last: number) => ({
      ...(index === 0 && replyTo(to.metadata)),
      ...(index === last && buttons),
    });
    // Buttons stand under the words that ask, or under the last file where there are no words.
    const lastText = captioned || parts.length === 0 ? total - 1 : parts.length - 1;
    const texts = captioned
      ? []
      : parts.map((html, index) => (target: Target, signal: AbortSignal) => {
          const more = extra(index, lastText);
          if (index === 0 && live !== null) return this.#replace(live, html, target, more, signal);
          return this.#say(html, target, more, signal);
        });
    const uploads = files.map((file, index) => async (target: Target, signal: AbortSignal) => {
      const more = { ...extra(texts.length + index, lastText), ...(captioned && caption(parts[0]!)) };
      const sent = await upload(file, { api: this.#parts.api, target, more, signal });
      return sent ?? this.#say(renderHtml(`(${file.name} could not be sent.)`), target, {}, signal);
    });
    return [...texts, ...uploads];
  }

  /** The live message becomes the first part; where it is gone, the part is sent anew. */
  async #replace(
    id: string,
    html: string,
    target: Target,
    more: object,
    signal: AbortSignal,
  ): Promise<string> {
    const [chat, message] = id.split(':').map(Number);
    const { reply_parameters: _, ...rest } = more as { reply_parameters?: object };
    const place = { chat_id: chat!, message_id: message! };
    try {
      await this.#parts.api.call('editMessageText', { ...place, ...formatted(html), ...rest }, { signal });
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal !== 400 || error.migratedTo !== undefined) throw error;
      if (!/not modified/.test(error.message)) return this.#say(html, target, more, signal);
    }
    return id;
  }

  /** Files alone: the words people saw grow were not kept. */
  async #remove(id: string, signal: AbortSignal): Promise<void> {
    const { api, host } = this.#parts;
    const [chat_id, message_id] = id.split(':').map(Number);
    await api
      .call('deleteMessage', { chat_id: chat_id!, message_id: message_id! }, { signal })
      .catch((err) => {
        host.log.warn({ err }, 'a live message could not be removed');
      });
  }

  async #say(html: string, target: Target, more: object, signal: AbortSignal): Promise<string> {
    const { api, host } = this.#parts;
    const send = (text: object) => {
      return api.call('sendMessage', { ...target, ...(text as { text: string }), ...more }, { signal });
    };
    const sent = await send(formatted(html)).catch((error) => {
      if (!(error instanceof Refused) || !/can't parse entities/.test(error.message)) throw error;
      // A reply without its bold words is better than none.
      host.log.error({ err: error }, 'Telegram does not take the markup of a reply; it is sent without');
      return send({ text: visible(html) });
    });
    return `${target.chat_id}:${sent.message_id}`;
  }

  /** Sends, and where the group has moved meanwhile, sends there. */
  async #following(target: Target, send: () => Promise<string>): Promise<string> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Refused) || error.migratedTo === undefined) throw error;
      await this.#parts.chats.moved(target.chat_id, error.migratedTo);
      target.chat_id = error.migratedTo;
      return send();
    }
  }

  async #targetOf({ to }: OutboundMessage): Promise<Target> {
    const address = to.metadata as Partial<Address> | undefined;
    const chatId = Number(address?.chatId ?? to.channel);
    if (!Number.isSafeInteger(chatId))
      throw new FatalError('delivery_failed', `"${to.channel}" is no chat of Telegram.`);
    const chat_id = await this.#parts.chats.addressOf(chatId);
    return { chat_id, ...(to.thread !== undefined && { message_thread_id: Number(to.thread) }) };
  }
}

/** Links are not previewed: Telegram would fetch whatever address a reply was made to hold. */
export function formatted(html: string) {
  return { text: html, parse_mode: 'HTML' as const, link_preview_options: { is_disabled: true } };
}

function caption(html: string) {
  return { caption: html, parse_mode: 'HTML' as const };
}

/** In groups the answer points at its question; between two there is no doubt. */
export function replyTo(metadata: Record<string, unknown> | undefined) {
  const { messageIds, private: direct } = (metadata ?? {}) as Partial<Address>;
  const [message_id] = messageIds ?? [];
  if (direct || message_id === undefined) return {};
  return { reply_parameters: { message_id, allow_sending_without_reply: true } };
}

function textFile({ name, text }: { name: string; text: string }): OutFile {
  return { name, mediaType: 'text/plain', bytes: async () => Buffer.from(text) };
}

function stored(
  { name, mediaType, file }: { name: string; mediaType: string; file: string },
  host: Host,
): OutFile {
  return { name, mediaType, bytes: () => host.getFile(file) };
}
