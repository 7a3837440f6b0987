/** Cuts what a server prints into lines, and bounds how long one is and how many come in a second. */

/** Of one line, in bytes: of a file that a tool gives, a third is base64. */
const longestLine = 32 * 1024 * 1024;
const mostLines = 5000;
const mostBytes = 64 * 1024 * 1024;
const windowMs = 1000;
/** So many seconds in a row, and it is no longer a server that has much to say. */
const mostFullWindows = 5;

export class MessageLines {
  readonly #take: (line: string) => void;
  #parts: Buffer[] = [];
  #length = 0;
  #began = 0;
  #lines = 0;
  #bytes = 0;
  #full = 0;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  /**
   * @returns how long the sender must be left waiting, in ms; 0: not at all.
   * @throws Error where it sends more than anybody needs.
   */
  push(chunk: Buffer, now = performance.now()): number {
    if (now - this.#began >= windowMs) this.#nextWindow(now);
    this.#bytes += chunk.length;
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(from, end)]).toString('utf8');
      this.#parts = [];
      this.#length = 0;
      this.#lines += 1;
      from = end + 1;
      this.#take(line);
    }
    if (from < chunk.length) {
      this.#parts.push(chunk.subarray(from));
      this.#length += chunk.length - from;
      if (this.#length > longestLine)
        throw new Error(`it sent more than ${longestLine} bytes in one message`);
    }
    if (this.#lines < mostLines && this.#bytes < mostBytes) return 0;
    return Math.max(1, this.#began + windowMs - now);
  }

  #nextWindow(now: number): void {
    const full = this.#lines >= mostLines || this.#bytes >= mostBytes;
    this.#full = full ? this.#full + 1 : 0;
    if (this.#full >= mostFullWindows) throw new Error('it sends messages without end');
    this.#began = now;
    this.#lines = 0;
    this.#bytes = 0;
  }
}
