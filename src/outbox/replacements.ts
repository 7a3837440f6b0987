import { z } from 'zod';
import type { DeliveryReceipt } from '../connector/connector.js';
import type { OutboundMessage } from '../core/turn.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

/** Longer than anything waits that is shown as open, in ms. */
const knownMs = 90 * 24 * 60 * 60 * 1000;

const Shown = z.object({
  roomId: z.string(),
  messageIds: z.array(z.string()),
  /** Of the outbox entry; these ids grow with time. */
  outboundId: z.string(),
});

/** What stands on the platform for a turn's message now. */
const shownNote = defineNote({ key: (turnId: string) => `shown:${turnId}`, schema: Shown });

/** Which messages of a platform others may take the place of. */
export class Replacements {
  readonly #shown: TypedNotes<string, z.infer<typeof Shown>>;

  constructor(notes: NoteStore, log: Logger) {
    this.#shown = shownNote.in(notes, log);
  }

  /**
   * The message as it is sent now, with what it is to be put in the place of. Null: a newer one stands there, so that it is
   * not to be shown any more. @throws what the notes throw.
   */
  async placed(message: OutboundMessage): Promise<OutboundMessage | null> {
    const { id, roomId, replaces, turnId, attempts } = message;
    // Only one that failed before, and was taken up again, comes out of its order.
    if (replaces === undefined && (!message.replaceable || attempts === 0)) return message;
    const shown = await this.#shown.get(replaces ?? turnId);
    if (shown?.roomId !== roomId) return message;
    if (attempts > 0 && id < shown.outboundId) return null;
    const { messageIds } = shown;
    return messageIds.length > 0 ? { ...message, replacing: { messageIds } } : message;
  }

  /** It was sent. @throws what the notes throw. */
  async know(message: OutboundMessage, { messageIds = [] }: DeliveryReceipt): Promise<void> {
    const { id: outboundId, roomId, replaces, turnId, replaceable } = message;
    if (replaces === undefined && !replaceable) return;
    for (const key of new Set([replaces ?? turnId, turnId]))
      await this.#shown.put(key, { roomId, messageIds, outboundId }, { ttlMs: knownMs });
  }
}
