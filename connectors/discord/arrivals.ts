import { FatalError, type Host, type Memory, type Part } from '../../src/extension-api.js';
import type { Api } from './api.js';
import { type Earlier, EarlierTalk } from './earlier.js';
import { type FileLimits, fetchFiles } from './files.js';
import { type Bystanders, type Normalized, normalizeMessage } from './normalize.js';
import type { ChatMessage } from './reader.js';

export interface ArrivalsParts {
  host: Host;
  api: Api;
  agentId: string;
  files: FileLimits;
  /** The inbox closes. */
  signal: AbortSignal;
  /** A message is stored, and its turn is to come. */
  taken(memory: Memory): void;
  /** A message can never be stored; its author is owed a sentence. */
  refused(message: ChatMessage, reason: string): void;
}

/** As it comes; also what the hub notes of it, to give it back at the next start. */
export type Arrival = ChatMessage & { guild_id?: string };

/** Hands messages to the hub, with their files and what was said before. */
export class Arrivals {
  readonly #parts: ArrivalsParts;
  readonly #earlier: EarlierTalk;

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
    this.#earlier = new EarlierTalk(parts);
  }

  /**
   * Resolves when the message is stored, or need not be; also when the hub has noted it, and its files are on their way.
   * @throws what may pass.
   */
  async take(message: Arrival, around: Bystanders): Promise<void> {
    const normalized = this.#normalized(message, around);
    if (!normalized) return;
    let noted = false;
    await new Promise<void>((resolve, reject) => {
      const taken = () => {
        noted = true;
        resolve();
      };
      this.#receive(message, around, normalized, taken).then(resolve, (err) => {
        if (!noted) reject(err);
        else if (!this.#parts.signal.aborted)
          this.#parts.host.log.error(
            { err, message: message.id },
            'A message from Discord could not be stored.',
          );
      });
    });
  }

  async #receive(
    message: Arrival,
    around: Bystanders,
    normalized: Normalized,
    noted: () => void,
  ): Promise<void> {
    const { host, files, taken, refused, signal } = this.#parts;
    const { message: inbound } = normalized;
    const comesLate = inbound.addressed === true && around.place.thread !== undefined;
    let earlier: Earlier | null = null;
    const complete = async () => {
      if (comesLate) earlier = await this.#earlier.before(message, around);
      const all = [...normalized.files, ...(earlier?.files ?? [])];
      const { attachments, missing } = await fetchFiles(all, files, host, inbound, signal);
      const text = `Files that could not be read: ${missing.join(', ')}`;
      const note: Part[] = missing.length > 0 ? [{ kind: 'note', text }] : [];
      return {
        ...inbound,
        parts: [...(inbound.parts ?? []), ...note, ...(earlier?.parts ?? [])],
        attachments,
      };
    };
    // What has something to be fetched does not hold up its channel; what comes behind that waits for it in the hub.
    const early = { event: message, taken: noted };
    try {
      const receipt = await host.receive(inbound, { complete, early });
      if (receipt && earlier) await this.#earlier.keep(around.place.thread!);
      // One that comes again after a restart may be waiting still, or be answered at this moment.
      if (receipt?.memory.status === 'pending') taken(receipt.memory);
    } catch (error) {
      if (!(error instanceof FatalError)) throw error;
      if (inbound.addressed && !inbound.author.bot) refused(message, error.message);
    }
  }

  /** What cannot be read at all must not keep its channel waiting for ever. */
  #normalized(message: Arrival, around: Bystanders): Normalized | null {
    try {
      return normalizeMessage(message, around);
    } catch (error) {
      const { log } = this.#parts.host;
      log.error({ err: error, message: message.id }, 'A message from Discord cannot be read.');
      return null;
    }
  }
}
