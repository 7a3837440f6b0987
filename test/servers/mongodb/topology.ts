import { Long, ObjectId } from 'bson';
import { fail } from './errors.js';
import { type Doc, isPlain, toNumber } from './query/values.js';

/** Whether this server is the primary, and a version that grows when that changes: what `hello` waits for. */
export class Topology {
  readonly #processId = new ObjectId();
  readonly #waiting = new Set<() => void>();
  #counter = 0;
  #isPrimary = true;

  get isPrimary(): boolean {
    return this.#isPrimary;
  }

  get version(): Doc {
    return { processId: this.#processId, counter: Long.fromNumber(this.#counter) };
  }

  /** No longer primary; it is elected again after a while, being the only one. */
  stepDown(ms: number): void {
    this.#become(false);
    setTimeout(() => this.#become(true), ms).unref();
  }

  /**
   * Resolves once there is another version than the given one, at the latest after `maxAwaitTimeMS`. As on a real
   * server, the two come together or not at all, and a version of another process is another one.
   */
  async changed({ topologyVersion, maxAwaitTimeMS }: Doc): Promise<void> {
    if ((topologyVersion === undefined) !== (maxAwaitTimeMS === undefined))
      fail(
        31368,
        topologyVersion === undefined
          ? "A request with 'maxAwaitTimeMS' must include a 'topologyVersion'"
          : "A request with a 'topologyVersion' must include 'maxAwaitTimeMS'",
      );
    if (topologyVersion === undefined) return;
    if (!isPlain(topologyVersion)) fail('TypeMismatch', "'topologyVersion' must be an object");
    const counter = toNumber(topologyVersion.counter);
    const ms = toNumber(maxAwaitTimeMS);
    if (counter < 0) fail(31372, 'topologyVersion must have a non-negative counter');
    if (!(ms >= 0)) fail(31373, 'maxAwaitTimeMS must be a non-negative integer');
    if (String(topologyVersion.processId) !== String(this.#processId)) return;
    if (counter > this.#counter)
      fail(
        31382,
        `Received a topology version with counter: ${counter} which is greater than the server topology version counter: ${this.#counter}`,
      );
    if (counter < this.#counter) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  /** As if it had been none for a moment. */
  reelected(): void {
    this.#become(true);
  }

  #become(primary: boolean): void {
    this.#isPrimary = primary;
    this.#counter++;
    for (const done of [...this.#waiting]) done();
  }
}
