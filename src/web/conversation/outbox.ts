/** What one has written and the hub's history does not show yet. */
import { signal } from '@preact/signals';
import { ApiError } from '../api.js';
import { randomId } from './ids.js';
import type { Sending } from './shown.js';
import type { StoredMessage, Transport } from './transport.js';

/** Tried again by itself so often where there was no answer; the hub takes one id once. */
const waitsMs = [500, 1500, 4000];
const passing = new Set([0, 502, 503, 504]);
const pictureTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export class Outbox {
  readonly sending = signal<Sending[]>([]);
  /** Of pictures that were sent from this page, by the message's own id. */
  readonly pictures = new Map<string, Sending['pictures']>();
  readonly #transport: Transport;
  /** Messages keep their order. */
  #last: Promise<void> = Promise.resolve();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Resolves once the hub has it, or does not take it. */
  send(text: string, files: File[]): Promise<void> {
    const messageId = randomId();
    const pictures = files.map((file) =>
      pictureTypes.has(file.type) ? URL.createObjectURL(file) : undefined,
    );
    if (pictures.some(Boolean)) this.pictures.set(messageId, pictures);
    const at = new Date().toISOString();
    this.sending.value = [...this.sending.value, { messageId, text, files, pictures, at, state: 'sending' }];
    return this.#next(messageId);
  }

  /** Under the same id: had the hub taken it after all, it is there once. */
  again(messageId: string): Promise<void> {
    const message = this.#find(messageId);
    if (message?.state !== 'failed') return Promise.resolve();
    this.#change(messageId, { state: 'sending', error: undefined });
    return this.#next(messageId);
  }

  drop(messageId: string): void {
    this.sending.value = this.sending.value.filter((other) => other.messageId !== messageId);
  }

  /** Those that the history shows are there no more. */
  seen(stored: readonly StoredMessage[]): void {
    const ids = new Set(stored.map(({ messageId }) => messageId));
    if (this.sending.value.some(({ messageId }) => ids.has(messageId)))
      this.sending.value = this.sending.value.filter(({ messageId }) => !ids.has(messageId));
  }

  dispose(): void {
    for (const address of [...this.pictures.values()].flat()) if (address) URL.revokeObjectURL(address);
  }

  #next(messageId: string): Promise<void> {
    this.#last = this.#last.then(() => this.#try(messageId));
    return this.#last;
  }

  async #try(messageId: string): Promise<void> {
    for (const wait of [...waitsMs, null]) {
      const message = this.#find(messageId);
      if (!message) return;
      try {
        await this.#transport.send(message);
        this.#change(messageId, { state: 'sent' });
        return;
      } catch (error) {
        const status = error instanceof ApiError ? error.status : -1;
        if (wait === null || !passing.has(status)) {
          const why = error instanceof Error ? error.message : String(error);
          this.#change(messageId, { state: 'failed', error: why });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  #find(messageId: string): Sending | undefined {
    return this.sending.value.find((message) => message.messageId === messageId);
  }

  #change(messageId: string, change: Partial<Sending>): void {
    this.sending.value = this.sending.value.map((message) =>
      message.messageId === messageId ? { ...message, ...change } : message,
    );
  }
}
