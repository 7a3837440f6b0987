import { createParser } from 'eventsource-parser';
import { FatalError } from '../errors.js';

/** What a reply stream tells, as the HTTP connector sends it. */
export interface StreamEvent {
  event: string;
  data: Record<string, unknown>;
}

export interface Address {
  url: string;
  token: string;
}

/** Sends a message and yields what happens until the reply; throws with the hub's own words when it is refused. */
export async function* say(
  { url, token }: Address,
  agent: string,
  message: { text: string; userId: string; roomId?: string },
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const response = await fetch(`${url}/${encodeURIComponent(agent)}/message`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify(message),
    signal,
  });
  if (!response.ok || !response.body) throw new Error(await refusal(response));
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
  { url, token }: Address,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  }).catch((cause: Error) => {
    throw new FatalError('not_found', `No hub answers at ${url} (${cause.message}).`, { cause });
  });
  if (!response.ok) throw new FatalError('invalid_request', await refusal(response));
  return response.json();
}

async function refusal(response: Response): Promise<string> {
  const body = await response.json().catch(() => null);
  const { message } = (body as { error?: { message?: string } } | null)?.error ?? {};
  return message ?? `the hub answered ${response.status}`;
}
