import type { OutboundMessage } from '../../core/turn.js';
import { FatalError } from '../../errors.js';
import type { Host } from '../connector.js';
import { anySent } from './sent-parts.js';

/** How a connector changes what it has sent; message ids are those of its receipts. */
export interface ReplacementOptions<Part> {
  host: Pick<Host, 'notes' | 'log'>;
  outbound: OutboundMessage;
  /**
   * Makes the message this part, buttons and all; one that is so already is no error. By the bot's own means, which do not
   * end: never by what a platform gives for the answer to one press.
   * @throws FatalError `delivery_failed`: the message is gone, too old, or of another kind.
   */
  edit(messageId: string, part: Part): Promise<void>;
  /** Takes the message away. @throws FatalError `delivery_failed`: it is gone, or has to stay. */
  remove(messageId: string): Promise<void>;
  /** Of a message that has to stay: nothing of it is to be pressed any more. @throws as `edit`. */
  disarm(messageId: string): Promise<void>;
}

/**
 * A message that takes the place of an earlier one (`outbound.replacing`). Call `put` before anything is sent; where that
 * gives null, send the message anew, and call `clear` after. All of it may be done again, from the beginning.
 */
export class Replacement<Part> {
  readonly #options: ReplacementOptions<Part>;

  constructor(options: ReplacementOptions<Part>) {
    this.#options = options;
  }

  /**
   * Part by part into the messages of the earlier one; what that has more is taken away.
   * @param parts what it is shown as, first to last.
   * @returns the ids of its messages. Null: there is nothing to replace, not enough room, or the platform will not have it.
   * @throws what may pass, of the platform and the notes.
   */
  async put(parts: Part[]): Promise<string[] | null> {
    const { host, outbound, edit } = this.#options;
    const there = outbound.replacing?.messageIds ?? [];
    if (parts.length === 0 || parts.length > there.length) return null;
    // Some of it stands elsewhere already.
    if (await anySent(host.notes, outbound.id)) return null;
    const ids = there.slice(0, parts.length);
    for (const [index, part] of parts.entries()) {
      const done = await unlessRefused(() => edit(ids[index]!, part));
      if (done) continue;
      host.log.info({ messageId: ids[index] }, 'a message cannot be changed any more; it is sent anew');
      return null;
    }
    await this.#away(there.slice(parts.length));
    return ids;
  }

  /** The earlier one goes, or can at least not be pressed any more. @throws what may pass. */
  async clear(): Promise<void> {
    await this.#away(this.#options.outbound.replacing?.messageIds ?? []);
  }

  async #away(messageIds: string[]): Promise<void> {
    const { host, remove, disarm } = this.#options;
    for (const messageId of messageIds)
      if (!(await unlessRefused(() => remove(messageId))) && !(await unlessRefused(() => disarm(messageId))))
        host.log.info({ messageId }, 'a message that was replaced is gone, or stays as it was');
  }
}

/** False: the platform will not have it. */
async function unlessRefused(change: () => Promise<void>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (error instanceof FatalError && error.code === 'delivery_failed') return false;
    throw error;
  }
}
