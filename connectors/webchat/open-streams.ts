/** How many streams visitors have open in this process: a browser needs one for each tab, a script would take all. */
import type { ServerResponse } from 'node:http';
import { RetryableError } from '../../src/extension-api.js';

const mostOfVisitor = 10;
const mostOfAddress = 200;

export class OpenStreams {
  readonly #open = new Map<string, number>();

  /** @throws RetryableError `rate_limited` */
  take(res: ServerResponse, visitor: string, address: string): void {
    const keys = [`visitor ${visitor}`, `address ${address}`] as const;
    const [ofVisitor, ofAddress] = keys.map((key) => this.#open.get(key) ?? 0) as [number, number];
    if (ofVisitor >= mostOfVisitor || ofAddress >= mostOfAddress)
      throw new RetryableError('rate_limited', 'Too many pages of this chat are open; close some of them.', {
        retryAfterMs: 5000,
      });
    if (res.destroyed) return;
    for (const key of keys) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
    res.once('close', () => {
      for (const key of keys) this.#less(key);
    });
  }

  #less(key: string): void {
    const left = (this.#open.get(key) ?? 0) - 1;
    if (left > 0) this.#open.set(key, left);
    else this.#open.delete(key);
  }
}
