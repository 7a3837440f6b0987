import { type Host, type Memory, type Source, untilDone } from '../../src/extension-api.js';
import { LiveReplies, type LiveSurface } from '../../src/replies.js';
import { channelOf, type Messenger } from './messenger.js';
import { refusalCode } from './refusal.js';
import { contentsOf } from './reply.js';

export interface LiveParts {
  host: Host;
  messenger: Messenger;
  /** False: a typing sign is all that shows before the reply. */
  streaming: boolean;
}

/** Discord lets a bot change messages of a channel about five times in 5 s, and new ones count as well. */
const everyMs = 1300;

/** A typing sign goes away by itself after 10 s. */
const typingEveryMs = 8000;

/** Leaves room for what rendering adds; what is beyond shows when the reply is complete. */
const maxChars = 1800;

const openTries = 3;
const discardTries = 7;
const unknownMessage = 10008;

/** How a live message ended. */
export interface LiveEnd {
  /** Null: there is none, or none that we heard of. */
  id: string | null;
  /** It may have been made without our hearing of it: whoever posts under this key is given it. */
  lostKey: string | undefined;
}

/** Shows replies while they are written. */
export class Live {
  readonly #parts: LiveParts;
  readonly #replies: LiveReplies;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#replies = new LiveReplies({ host: parts.host, everyMs, typingEveryMs, maxChars });
  }

  follow(memory: Memory): void {
    const { messenger, streaming } = this.#parts;
    if (streaming) this.#replies.follow(memory, this.#surface(memory));
    // A sign is no promise: whether it shows changes nothing.
    else void messenger.typing(channelOf(memory.source)).catch(() => {});
  }

  /** The message that shows the beginning of the turn's reply. It changes no more. @param to where the reply goes. */
  async finish(turnId: string, to: Source): Promise<LiveEnd> {
    const id = await this.#replies.finish(turnId);
    // The note says that sending it was begun.
    const lost = id === null && (await this.#parts.host.notes.get(`live:${turnId}`)) !== null;
    return { id, lostKey: lost ? keyOf(to) : undefined };
  }

  stop(): void {
    this.#replies.stop();
  }

  #surface({ source }: Memory): LiveSurface {
    const { messenger } = this.#parts;
    const channel = channelOf(source);
    const shown = async (text: string) => {
      const [content = '…'] = await contentsOf(text);
      return { content, files: [], components: [] };
    };
    return {
      typing: () => messenger.typing(channel),
      open: async (text) => {
        const post = { ...(await shown(text)), key: keyOf(source), replyTo: source.messageId };
        // Under one key it is one message, however often its answer is lost.
        const { id } = await untilDone(() => messenger.post(channel, post), { most: openTries });
        return id;
      },
      update: async (message, text) => messenger.edit(channel, message, await shown(text)),
      discard: (message) =>
        untilDone(() => messenger.remove(channel, message), { most: discardTries }).catch((error) => {
          if (refusalCode(error) !== unknownMessage) throw error;
        }),
    };
  }
}

function keyOf({ channel, thread, messageId }: Source): string {
  return `live:${thread ?? channel}:${messageId}`;
}
