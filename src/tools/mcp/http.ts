/** A server at an address: streamable HTTP, with bounds on what it may send. */
import {
  type FetchLike,
  isJSONRPCRequest,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';

/** Of one answer, or one event of a stream, in bytes. */
const longestMessage = 32 * 1024 * 1024;
/** In a second. */
const mostEvents = 5000;

/** What `data` of the answer says that stands in the place of one that never came. */
export const streamEnded = 'carrier-hub/stream-ended';

export class HttpTransport extends StreamableHTTPClientTransport {
  constructor(url: string, headers: Record<string, string>) {
    super(new URL(url), { requestInit: { headers }, fetch: boundedFetch, redirectPolicy: 'same-origin' });
  }

  /** An answer whose stream ends without it is waited for until the timeout otherwise. */
  override send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!isJSONRPCRequest(message) || options?.onRequestStreamEnd) return super.send(message, options);
    const onRequestStreamEnd = () =>
      this.onmessage?.({
        jsonrpc: '2.0',
        id: message.id,
        error: { code: -32000, message: 'The connection ended before the answer.', data: streamEnded },
      });
    return super.send(message, { ...options, onRequestStreamEnd });
  }
}

const boundedFetch: FetchLike = async (url, init) => {
  const response = await fetch(url, init);
  if (!response.body) return response;
  const { status, statusText, headers } = response;
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const body = response.body.pipeThrough(isStream ? boundedEvents() : boundedBody());
  const bounded = new Response(body, { status, statusText, headers });
  // The SDK reads where a redirect led.
  Object.defineProperty(bounded, 'url', { value: response.url });
  return bounded;
};

const tooLong = () => new Error(`The server sent more than ${longestMessage} bytes in one message.`);

function boundedBody(): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.length;
      if (length > longestMessage) throw tooLong();
      controller.enqueue(chunk);
    },
  });
}

/** Of a stream every event is bounded, and how many come in a second: one without end must leave time for others. */
function boundedEvents(): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  let began = performance.now();
  let events = 0;
  return new TransformStream({
    async transform(chunk, controller) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      // An empty line ends an event.
      const text = bytes.toString('latin1');
      const ends = [...text.matchAll(/\r\r|\n\r?\n/g)];
      length = ends.length === 0 ? length + chunk.length : chunk.length - ends.at(-1)!.index;
      if (length > longestMessage) throw tooLong();
      events += ends.length;
      controller.enqueue(chunk);
      const passed = performance.now() - began;
      if (passed < 1000 && events < mostEvents) return;
      if (passed < 1000) await new Promise((resolve) => setTimeout(resolve, 1000 - passed));
      began = performance.now();
      events = 0;
    },
  });
}
