import {
  type DeliveryReceipt,
  type Host,
  type Memory,
  type OutboundMessage,
  type Sent,
  SentParts,
} from '../../src/extension-api.js';
import { refusalCode } from './api.js';
import { channelOf, type Messenger, type Post } from './messenger.js';
import { maxUploadBytes, type ReplyContent, replyParts } from './reply.js';

export interface DeliveryParts {
  host: Host;
  messenger: Messenger;
  /** The message that showed the reply while it was written; null where there is none. */
  finishLive(turnId: string): Promise<string | null>;
}

const unknownMessage = 10008;

/** As gateways of older versions note it, which may go on with what this one began. */
const idsAlone = {
  read: (noted: unknown): Sent<null> | null =>
    Array.isArray(noted) ? { at: 0, plan: null, ids: noted } : null,
  write: ({ ids }: Sent<null>) => ids,
};

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
    const sent = await SentParts.open({ notes: host.notes, outboundId: id, plan: null, codec: idsAlone });
    const live = await finishLive(turnId);
    const sending = parts.map((part, index) => () => {
      const shown = index === 0 ? live : null;
      const post = { ...part, key: `${id}:${index}`, ...(index === 0 && { replyTo: to.messageId }) };
      return this.#show(channelOf(to), shown, post, signal);
    });
    return { messageIds: await sent.send(sending, signal) };
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
