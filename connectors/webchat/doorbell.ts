/** Tells the streams of this process that there is something new in their rooms. */
import { EventEmitter } from 'node:events';

export class Doorbell {
  readonly #rooms = new EventEmitter().setMaxListeners(0);
  /** Aborted when the connector stops: streams end. */
  #ending = new AbortController();

  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  ring(channel: string): void {
    this.#rooms.emit(`room ${channel}`);
  }

  /** @returns ends it. */
  hear(channel: string, listener: () => void): () => void {
    this.#rooms.on(`room ${channel}`, listener);
    return () => void this.#rooms.off(`room ${channel}`, listener);
  }

  /** Streams that begin later, because the connector was started again, are not ended by it. */
  stop(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
  }
}
