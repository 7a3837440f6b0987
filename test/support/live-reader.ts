/** A live stream as a page reads it. */
import { createParser } from 'eventsource-parser';
import type { ConsoleBrowser } from './console.js';

export interface LiveEvent {
  id?: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON there is.
  data: any;
}

export class LiveReader {
  readonly seen: LiveEvent[] = [];
  readonly #ending = new AbortController();
  headers: Response['headers'] = new Headers();
  ended = false;
  /** Of the last event that had one. */
  cursor: string | undefined;

  static async open(
    browser: ConsoleBrowser,
    query: { cursor?: string; rooms?: string[] } = {},
    headers: Record<string, string> = {},
  ): Promise<LiveReader> {
    const params = new URLSearchParams((query.rooms ?? []).map((room): [string, string] => ['room', room]));
    if (query.cursor) params.set('cursor', query.cursor);
    const reader = new LiveReader();
    const response = await fetch(`${browser.url}/console/live?${params}`, {
      headers: { cookie: browser.cookie ?? '', accept: 'text/event-stream', ...headers },
      signal: reader.#ending.signal,
    });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    reader.headers = response.headers;
    reader
      .#read(response.body!)
      .catch(() => {})
      .finally(() => {
        reader.ended = true;
      });
    return reader;
  }

  of(type: string): LiveEvent[] {
    return this.seen.filter(({ event }) => event === type);
  }

  /** Text that turns have shown, as far as it was told piece by piece. */
  turns(type: string): LiveEvent[] {
    return this.of('turn').filter(({ data }) => data.type === type);
  }

  close(): void {
    this.#ending.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = createParser({
      onEvent: ({ id, event = 'message', data }) => {
        if (id) this.cursor = id;
        this.seen.push({ ...(id && { id }), event, data: JSON.parse(data) });
      },
    });
    const decoder = new TextDecoder();
    for await (const bytes of body as unknown as AsyncIterable<Uint8Array>)
      parser.feed(decoder.decode(bytes, { stream: true }));
  }
}
