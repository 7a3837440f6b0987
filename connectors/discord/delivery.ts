import {
  type DeliveryReceipt,
  type Host,
  type Memory,
  type OutboundMessage,
  Replacement,
  type Sent,
  SentParts,
  type Source,
} from '../../src/extension-api.js';
import type { LiveEnd } from './live.js';
import { channelOf, type Messenger } from './messenger.js';
import { Refusal } from './refusal.js';
import { maxMessageChars } from './render.js';
import { maxUploadBytes, type Part, type ReplyContent, replyParts } from './reply.js';
import { type Letter, Sender } from './sender.js';

export interface DeliveryParts {
  host: Host;
  messenger: Messenger;
  /** The message that showed the reply while it was written; null where there is none. */
  finishLive(turnId: string, to: Source): Promise<LiveEnd>;
}

const unknownMessage = 10008;

const restMissing = '\n\n(Discord does not let me show the rest of my answer here.)';

/** As gateways of older versions note it, which may go on with what this one began. */
const idsAlone = {
  read: (noted: unknown): Sent<null> | null =>
    Array.isArray(noted) ? { at: 0, plan: null, ids: noted } : null,
  write: ({ ids }: Sent<null>) => ids,
};

/** Sends a reply part by part, and goes on after the last one sent when it is called again. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #sender: Sender;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#sender = new Sender(parts.host, parts.messenger);
  }

  async send(outbound: OutboundMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const { id, to, turnId, memory } = outbound;
    const { host, finishLive } = this.#parts;
    const { text, buttons = [] } = memory.content;
    const parts = await replyParts({ text, buttons, ...(await this.#files(memory)) });
    const replacement = this.#replacement(outbound, signal);
    const placed = await replacement.put(parts);
    if (placed) {
      await this.#withdraw(channelOf(to), (await finishLive(turnId, to)).id, placed);
      return { messageIds: placed };
    }
    const sent = await SentParts.open({ notes: host.notes, outboundId: id, plan: null, codec: idsAlone });
    const live = await finishLive(turnId, to);
    const channelId = channelOf(to);
    // Those of parts that had to become several messages.
    const more = new Map<string, string[]>();
    const sending = parts.map((part, index) => async () => {
      const first = index === 0 && { replyTo: to.messageId, draft: live.id, draftKey: live.lostKey };
      const letter: Letter = { channelId, part, key: `${id}:${index}`, whole: parts.length === 1, ...first };
      try {
        const [head, ...rest] = await this.#sender.send(letter, signal);
        more.set(head!, rest);
        return head!;
      } finally {
        live.id = letter.draft ?? live.id;
      }
    });
    try {
      await sent.send(sending, signal);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const last = parts[sent.ids.length - 1];
      // Half an answer does not end without a word.
      if (last) await this.#cutShort(channelId, sent.ids.at(-1)!, last, error, signal);
      else {
        // The hub tries again, and makes a new message then.
        await this.#withdraw(channelId, live.id, []).catch(() => {});
        throw error;
      }
    }
    await this.#withdraw(channelId, live.id, sent.ids);
    await replacement.clear();
    return { messageIds: sent.ids.flatMap((head) => [head, ...(more.get(head) ?? [])]) };
  }

  /** Takes away what was shown of a reply that will not be sent. */
  async withdraw({ turnId, to }: OutboundMessage): Promise<void> {
    await this.#withdraw(channelOf(to), (await this.#parts.finishLive(turnId, to)).id, []);
  }

  #replacement(outbound: OutboundMessage, signal: AbortSignal): Replacement<Part> {
    const { host, messenger } = this.#parts;
    const channelId = channelOf(outbound.to);
    return new Replacement({
      ...{ host, outbound },
      edit: (messageId, part: Part) => messenger.edit(channelId, messageId, part, signal),
      remove: (messageId) => messenger.remove(channelId, messageId),
      disarm: (messageId) => messenger.disarm(channelId, messageId),
    });
  }

  /** Says under the last part that was taken that there is more. @throws `refusal` where that is not taken, either. */
  async #cutShort(
    channelId: string,
    id: string,
    part: Part,
    refusal: Refusal,
    signal: AbortSignal,
  ): Promise<void> {
    const { messenger, host } = this.#parts;
    const content = `${part.content.slice(0, maxMessageChars - restMissing.length)}${restMissing}`;
    try {
      await messenger.edit(channelId, id, { ...part, content, components: [] }, signal);
      host.log.warn({ err: refusal }, 'Discord takes no more of an answer; its reader is told.');
    } catch (error) {
      throw error instanceof Refusal ? refusal : error;
    }
  }

  /** Half an answer is not left beside the whole one, nor where none can be shown. @throws what may pass. */
  async #withdraw(channelId: string, draft: string | null, sent: string[]): Promise<void> {
    if (!draft || sent.includes(draft)) return;
    const { host, messenger } = this.#parts;
    try {
      await messenger.remove(channelId, draft);
    } catch (err) {
      if (!(err instanceof Refusal)) throw err;
      if (err.discordCode !== unknownMessage)
        host.log.warn({ err }, 'Half an answer stays on Discord: it refuses to delete it.');
    }
  }

  async #files({ content }: Memory): Promise<Pick<ReplyContent, 'files' | 'tooLarge'>> {
    const found: Pick<ReplyContent, 'files' | 'tooLarge'> = { files: [], tooLarge: [] };
    for (const { name, mediaType, file, size } of content.attachments) {
      const bytes = size > maxUploadBytes ? null : await this.#parts.host.getFile(file);
      if (bytes) found.files.push({ name, data: Buffer.from(bytes), contentType: mediaType });
      else if (size > maxUploadBytes) found.tooLarge.push(name);
    }
    return found;
  }
}
