import { createParser } from 'eventsource-parser';
import { type ErrorCode, errorCodes, FatalError } from '../errors.js';
import { addressField } from './pages.js';

/** What a reply stream tells, as the HTTP connector sends it. */
export interface StreamEvent {
  event: string;
  data: Record<string, unknown>;
}

export interface Address {
  url: string;
  token: string;
}

/** @throws FatalError `not_found` when nothing answers there. */
async function ask({ url, token }: Address, path: string, request: RequestInit): Promise<Response> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    ...request.headers,
  };
  try {
    return await fetch(url + path, { ...request, headers });
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    const { code } = Object((cause as Error).cause) as NodeJS.ErrnoException;
    throw new FatalError(
      'not_found',
      `No hub answers at ${url}${code ? ` (${code})` : ''}. Start it (carrier start), or correct the address.`,
      { field: addressField, cause },
    );
  }
}

/** Sends a message and yields what happens until the reply; throws with the hub's own words when it is refused. */
export async function* say(
  address: Address,
  agent: string,
  message: { text: string; userId: string; roomId?: string },
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const response = await ask(address, `/${encodeURIComponent(agent)}/message`, {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    body: JSON.stringify(message),
    signal,
  });
  if (!response.ok || !response.body) throw await refusal(response);
  // From here on the message is stored, and `/stop` finds it.
  yield { event: 'stored', data: {} };
  const events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => events.push({ event, data: JSON.parse(data) }),
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* events.splice(0);
  }
}

/** One request of the hub's own API; throws with the hub's own words when it is refused. */
export async function call(
  address: Address,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await ask(address, path, { method, body: body && JSON.stringify(body) });
  if (!response.ok) throw await refusal(response);
  return response.json().catch((cause: Error) => {
    throw new FatalError('not_found', `What answers at ${address.url} is no hub. Correct the address.`, {
      cause,
    });
  });
}

/** With the hub's own words and code. */
async function refusal(response: Response): Promise<FatalError> {
  const body = await response.json().catch(() => null);
  const { message, code, field } = (body as { error?: Record<string, string> } | null)?.error ?? {};
  const known = code !== undefined && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : undefined;
  return new FatalError(known ?? 'invalid_request', message ?? `the hub answered ${response.status}`, {
    ...(field !== undefined && { field }),
  });
}

/** An answer that is no JSON, as it comes; throws with the hub's own words when it is refused. */
export async function* download(address: Address, path: string): AsyncGenerator<Uint8Array> {
  const response = await ask(address, path, { method: 'GET' });
  if (!response.ok || !response.body) throw await refusal(response);
  yield* response.body;
}
