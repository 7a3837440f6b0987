import type { Receipt, Receiving } from '../connector/connector.js';
import { harmless } from '../core/harmless.js';
import type { InboundMessage } from '../core/inbound.js';
import { type Attachment, roomIdOf, scopeOf } from '../core/memory.js';
import { isRetryable } from '../errors.js';
import { type FileQuota, type FileStore, ownerOf } from '../store/file-store.js';
import { mediaTypeOf } from './media-type.js';

/** Files of one message, which may be handed in several times at once. */
interface Coming {
  calls: number;
  put: string[];
  named: Set<string>;
  /** Whether the message was stored is not known. */
  unclear: boolean;
}

/** Keeps the files of messages that come in, and gives their room back where the message is not stored. */
export class IncomingFiles {
  readonly #files: FileStore;
  readonly #quota: FileQuota;
  readonly #coming = new Map<string, Coming>();

  constructor(files: FileStore, quota: FileQuota) {
    this.#files = files;
    this.#quota = quota;
  }

  /** As `putFile` of a host. */
  async put(
    bytes: Uint8Array,
    { name, mediaType: said }: { name: string; mediaType?: string },
    of: InboundMessage,
  ): Promise<Attachment> {
    const shown = { name: plainName(name), mediaType: await mediaTypeOf(bytes, name, said) };
    const owner = ownerOf({ ...of, roomId: roomIdOf(of.agentId, of.source), scope: scopeOf(of) });
    const file = await this.#files.put(bytes, { ...shown, owner }, this.#quota);
    this.#coming.get(keyOf(of))?.put.push(file);
    return { ...shown, size: bytes.length, file };
  }

  /** @param receive what takes the message, calls `complete` for its files, and gives what it stored */
  async with(
    message: InboundMessage,
    complete: Receiving['complete'],
    receive: (complete: Receiving['complete']) => Promise<Receipt | null>,
  ): Promise<Receipt | null> {
    if (!complete) return receive(undefined);
    const key = keyOf(message);
    const coming = this.#coming.get(key) ?? { calls: 0, put: [], named: new Set(), unclear: false };
    this.#coming.set(key, coming);
    coming.calls++;
    let incomplete = true;
    try {
      const receipt = await receive(async () => {
        const whole = await complete();
        incomplete = false;
        return whole;
      });
      for (const { file } of receipt?.memory.content.attachments ?? []) coming.named.add(file);
      return receipt;
    } catch (error) {
      if (!incomplete && isRetryable(error)) coming.unclear = true;
      throw error;
    } finally {
      coming.calls--;
      if (coming.calls === 0) {
        this.#coming.delete(key);
        await this.#giveBack(coming);
      }
    }
  }

  async #giveBack({ put, named, unclear }: Coming): Promise<void> {
    if (unclear) return;
    // What fails here, the sweep of files does.
    await this.#files.release(put.filter((file) => !named.has(file))).catch(() => {});
  }
}

/** On one line, and without what people do not see: `photo\u202Egpj.exe` would be read as a picture's name. */
function plainName(name: string): string {
  return (
    harmless(name)
      .replace(/[\n\t]+/g, ' ')
      .slice(0, 255)
      .replace(/\p{Cs}$/u, '') || 'file'
  );
}

function keyOf({ agentId, source: { connector, tenant, messageId } }: InboundMessage): string {
  return JSON.stringify([agentId, connector, tenant, messageId]);
}
