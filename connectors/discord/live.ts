import type { Host, Memory } from '../../src/extension-api.js';
import { LiveReplies, type LiveSurface } from '../../src/replies.js';
import { channelOf, type Messenger } from './messenger.js';
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

  /** The message that shows this turn's reply; null where there is none. It changes no more. */
  finish(turnId: string): Promise<string | null> {
    return this.#replies.finish(turnId);
  }

  stop(): void {
    this.#replies.stop();
  }

  #surface({ id, source }: Memory): LiveSurface {
    const { messenger } = this.#parts;
    const channel = channelOf(source);
    const shown = (text: string) => ({ content: contentsOf(text)[0] ?? '…', files: [], components: [] });
    return {
      typing: () => messenger.typing(channel),
      open: (text) =>
        messenger.post(channel, { ...shown(text), key: `live:${id}`, replyTo: source.messageId }),
      update: (message, text) => messenger.edit(channel, message, shown(text)),
      discard: (message) => messenger.remove(channel, message),
    };
  }
}
