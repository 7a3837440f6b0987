import type { DeliveryReceipt, Host, Memory, OutboundMessage } from '../../src/extension-api.js';
import { refusalCode } from './api.js';
import { channelOf, type Messenger, type Post } from './messenger.js';
import { maxUploadBytes, type ReplyContent, replyParts } from './reply.js';

export interface DeliveryParts {
  host: Host;
  messenger: Messenger;
  /** The message that showed the reply while it was written; null where there is none. */
  finishLive(turnId: string): Promise<string | null>;
}

/** How long a half-sent reply is known to be one, in ms. */
const rememberedMs = 24 * 3_600_000;

const unknownMessage = 10008;

/** Sends a reply part by part, and goes on after the last one sent when it is called again. */
export class Delivery {
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  async send({ id, to, turnId, memory }: OutboundMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const { host, finishLive } = this.#parts;
    const { text, buttons = [] } = memory.content;
    const parts = replyParts({ text, buttons, ...(await this.#files(memory)) });
    const noted = await host.notes.get(`sent:${id}`);
    const sent: string[] = Array.isArray(noted) ? noted : [];
    const live = await finishLive(turnId);
    for (const [index, part] of parts.entries()) {
      if (index < sent.length) continue;
      const shown = index === 0 ? live : null;
      const post = { ...part, key: `${id}:${index}`, ...(index === 0 && { replyTo: to.messageId }) };
      sent.push(await this.#show(channelOf(to), shown, post, signal));
      await host.notes.put(`sent:${id}`, sent, { ttlMs: rememberedMs });
    }
    return { messageIds: sent };
  }

  /** Puts a part into the live message, or makes a message of it. */
  async #show(channelId: string, live: string | null, post: Post, signal: AbortSignal): Promise<string> {
    const { messenger } = this.#parts;
    if (live) {
      try {
        await messenger.edit(channelId, live, post, signal);
        return live;
      } catch (error) {
        // Somebody deleted it; the reply is still owed.
        if (refusalCode(error) !== unknownMessage) throw error;
      }
    }
    return messenger.post(channelId, post, signal);
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
