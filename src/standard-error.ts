import type { DestinationStream } from 'pino';

/** Characters that wait for a reader who is slow; a hub says far less in a minute. */
const mostWaiting = 4 * 2 ** 20;

/**
 * Standard error for log lines, which it takes a turn of the event loop at a time. Nothing waits for a reader: Node
 * writes to pipes without blocking, what a slow reader leaves is bounded, and what cannot be written is dropped.
 * Pino's own destination tries again for ever when the process ends, although the reader is gone.
 */
class StandardError implements DestinationStream {
  #lines = '';
  #dropped = 0;
  #used = false;

  write(line: string): void {
    if (!this.#used) this.#begin();
    if (this.#lines.length + process.stderr.writableLength > mostWaiting) {
      this.#dropped++;
      return;
    }
    if (this.#lines === '') setImmediate(() => this.flushSync());
    this.#lines += this.#loss() + line;
  }

  /** Pino calls it after a fatal line. */
  flushSync(): void {
    const lines = this.#lines;
    this.#lines = '';
    try {
      if (lines !== '') process.stderr.write(lines);
    } catch {
      // Some Nodes throw what a full disk says.
    }
  }

  #begin(): void {
    this.#used = true;
    process.stderr.on('error', () => {});
    process.on('exit', () => this.flushSync());
  }

  #loss(): string {
    if (this.#dropped === 0) return '';
    const msg = `${this.#dropped} log lines were dropped: nobody read them in time`;
    this.#dropped = 0;
    return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg })}\n`;
  }
}

/** One for all loggers of the process. */
export const standardError = new StandardError();
