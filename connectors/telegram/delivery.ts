/** Brings a reply to its chat: text in parts, then files. What has gone out is marked part by part, so that a try after a failure goes on from there. */
import { z } from 'zod';
import {
  type Button,
  type DeliveryReceipt,
  FatalError,
  type Host,
  type OutboundMessage,
  type Sent,
  SentParts,
} from '../../src/extension-api.js';
import type { LiveReplies } from '../../src/replies.js';
import { Refused } from './api.js';
import type { Form } from './form.js';
import type { Address } from './normalize.js';
import { Outgoing, type OutgoingParts, type Target } from './outgoing.js';
import { limits, renderButtons, visible } from './render.js';
import { rendering } from './reply.js';
import type { OutFile } from './upload.js';

export interface DeliveryParts extends OutgoingParts {
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

export class Delivery {
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** @throws Refused, RetryableError `delivery_failed` */
  async deliver(outbound: OutboundMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const { host } = this.#parts;
    const { content } = outbound.memory;
    const { parts, files } = await rendering.reply(content.text);
    const uploads = [
      ...files.map(textFile),
      ...content.attachments.map((attachment) => stored(attachment, host)),
    ];
    const chat = new Outgoing(this.#parts, await this.#targetOf(outbound), signal);
    const replacement = chat.replacement(outbound);
    const topic = content.buttons?.length ? outbound.to.thread : undefined;
    const placed = await replacement.put(uploads.length > 0 ? [] : formsOf(parts, content.buttons));
    const live = await this.#parts.live.finish(outbound.turnId);
    if (placed) {
      if (live !== null) await chat.remove(live);
      if (topic !== undefined) await this.#parts.chats.noteTopic(placed, topic);
      return { messageIds: placed };
    }
    const fits = uploads.length === 1 && parts.length === 1 && visible(parts[0]!).length <= limits.caption;
    const sent = await SentParts.open({
      notes: host.notes,
      outboundId: outbound.id,
      plan: fits && live === null,
      codec,
    });
    const sends = this.#plan(outbound, parts, uploads, sent.plan, sent.resumed ? null : live);
    // The words that people saw grow were not kept.
    if (live !== null && parts.length === 0) await chat.remove(live);
    const messageIds = await sent.send(following(chat, sends), signal);
    if (topic !== undefined) await this.#parts.chats.noteTopic(messageIds, topic);
    await replacement.clear();
    return { messageIds };
  }

  /** Takes away what was shown of a reply that will not be sent. */
  async withdraw(outbound: OutboundMessage): Promise<void> {
    const live = await this.#parts.live.finish(outbound.turnId);
    const { signal } = new AbortController();
    if (live !== null) await new Outgoing(this.#parts, await this.#targetOf(outbound), signal).remove(live);
  }

  /** One function per message: the same list in every try, so that marks can be counted. */
  #plan(
    { id, to, memory }: OutboundMessage,
    parts: string[],
    files: OutFile[],
    captioned: boolean,
    live: string | null,
  ): Send[] {
    const buttons = renderButtons(memory.content.buttons);
    const total = (captioned ? 0 : parts.length) + files.length;
    const extra = (index: number, last: number) => ({
      ...(index === 0 && replyTo(to.metadata)),
      ...(index === last && buttons),
    });
    // Buttons stand under the words that ask, or under the last file where there are no words.
    const lastText = captioned || parts.length === 0 ? total - 1 : parts.length - 1;
    const texts = (captioned ? [] : parts).map((html, index): Send => {
      const form = { html, ...extra(index, lastText) };
      const key = `${id}/${index}`;
      return (chat) => (index === 0 && live !== null ? chat.replace(live, form, key) : chat.say(form, key));
    });
    const uploads = files.map((file, index): Send => {
      const at = texts.length + index;
      const form = { ...extra(at, lastText), ...(captioned && { html: parts[0]! }) };
      return (chat) => chat.send(file, form, `${id}/${at}`);
    });
    return [...texts, ...uploads];
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

/** Words alone, with the buttons under the last of them. */
function formsOf(parts: string[], buttons: Button[] | undefined): Form[] {
  const last = parts.length - 1;
  return parts.map((html, index) => ({ html, ...(index === last && renderButtons(buttons)) }));
}

type Send = (chat: Outgoing) => Promise<string>;

/** Where the group has moved meanwhile, they are sent there. */
function following(chat: Outgoing, sends: Send[]): (() => Promise<string>)[] {
  return sends.map((send) => async () => {
    try {
      return await send(chat);
    } catch (error) {
      if (!(error instanceof Refused) || error.migratedTo === undefined) throw error;
      await chat.moved(error.migratedTo);
      return send(chat);
    }
  });
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
