/** A server that tools of a test call, and the call itself. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ToolResult } from '../../../src/core/tool-result.js';
import { callTool } from '../../../src/tools/http/call.js';
import { HttpTool } from '../../../src/tools/http/definition.js';
import type { Lookup } from '../../../src/tools/http/guard.js';

export interface Received {
  method: string;
  /** As it came: nothing is decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = (request: IncomingMessage & { text: string }, response: ServerResponse) => void;

export class OtherSide {
  readonly received: Received[] = [];
  /** By path without its query; what has none answers "ok". */
  readonly answers: Record<string, Answer> = {};
  readonly #server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const { method = '', url: path = '', headers } = request;
    this.received.push({ method, path, headers, body: text });
    const answer = this.answers[path.split('?')[0]!];
    if (answer) answer(Object.assign(request, { text }), response);
    else response.setHeader('content-type', 'text/plain').end('ok');
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  redirect(path: string, status: number, location: string): void {
    this.answers[path] = (_, response) => response.writeHead(status, { location }).end();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const texts = (names: string[]) => Object.fromEntries(names.map((name) => [name, { type: 'string' }]));

/** A tool with text arguments of these names, checked as one that is registered. */
export function toolOf(definition: object, names: string[] = []): HttpTool {
  const parameters = { type: 'object', properties: texts(names) };
  return HttpTool.parse({
    ...{ name: 'crm', description: 'The CRM.', agents: ['*'], allowPrivate: true, parameters },
    ...definition,
  });
}

interface Circumstances {
  secrets?: Record<string, string>;
  lookup?: Lookup;
  ownPorts?: number[];
  signal?: AbortSignal;
}

export function call(
  tool: HttpTool,
  parameters: Record<string, unknown> = {},
  { secrets = {}, lookup, ownPorts = [], signal = new AbortController().signal }: Circumstances = {},
): Promise<ToolResult> {
  const resolve = async (reference: string) => {
    const value = secrets[reference];
    if (value === undefined) throw new Error(`there is no ${reference}`);
    return value;
  };
  const means = { resolve, ownPorts, ...(lookup && { lookup }) };
  return callTool(tool, parameters, { idempotencyKey: 'key-1', signal }, means);
}
