/** A server that answers every request as it is told: for what a faithful simulator of a provider does not do. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent, for a test to look into.
  body: any;
}

export type Script = (response: ServerResponse, received: Received) => void | Promise<void>;

/** @param scripts one a request, in order; the last again and again. */
export async function scriptedServer(...scripts: Script[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const script = scripts[Math.min(received.length, scripts.length - 1)];
    const body = await textOf(request);
    const one = { path: request.url ?? '', headers: request.headers, body: JSON.parse(body || 'null') };
    received.push(one);
    await script?.(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** Server-sent events: OpenAI's are nameless, Anthropic's are named after their type. */
export function events(items: (object | string)[], then: 'end' | 'cut' | 'stall' = 'end'): Script {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const item of items) {
      const type = typeof item === 'object' && 'type' in item ? `event: ${String(item.type)}\n` : '';
      response.write(`${type}data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`);
    }
    if (then === 'end') response.end();
    if (then === 'cut') setTimeout(() => response.destroy(), 20);
  };
}

/** Opens a stream, and then sends but comments, which keep a connection open; `items` come first. */
export function keepsAlive(items: (object | string)[] = [], line = ': keep-alive', everyMs = 20): Script {
  return (response, received) => {
    events(items, 'stall')(response, received);
    response.flushHeaders();
    const timer = setInterval(() => response.write(`${line}\n\n`), everyMs);
    response.on('close', () => clearInterval(timer));
  };
}

/** Says nothing at all. */
export const silence: Script = () => {};
