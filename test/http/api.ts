/** The API on a real socket, before a hub in memory. */
import { createHash } from 'node:crypto';
import { type HttpConnectorOptions, httpConnector } from '../../connectors/http/connector.js';
import type { Connector, Memory } from '../../src/extension-api.js';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../src/http/server.js';
import { tokenVerifier } from '../../src/http/tokens.js';
import { FakeHost, type FakeHostOptions } from '../../src/testing/host.js';

export const token = 'carrier_test-token';
export const callbackSecret = 'callback secret';

export interface Api {
  url: string;
  host: FakeHost;
  connector: Connector;
  server: HttpServer;
  /** Everything the server logged. */
  logged: { level: string; data: { err?: unknown }; message: string }[];
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string): Promise<Response>;
  close(): Promise<void>;
}

export interface ApiOptions extends Partial<HttpConnectorOptions>, FakeHostOptions {
  server?: Partial<HttpServerOptions>;
}

export const limits = {
  maxBodyBytes: 20_000,
  maxFileBytes: 5000,
  maxFiles: 2,
  maxBacklog: 1000,
  maxUploadingBytes: 1_000_000,
};

function testConnector(options: Partial<HttpConnectorOptions> = {}): Connector {
  return httpConnector({
    ...limits,
    replyTimeoutMs: 10_000,
    callbackAllowPrivate: false,
    callbackSecret,
    pollMs: 50,
    ...options,
  });
}

export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const host = new FakeHost(options);
  const connector = testConnector(options);
  await connector.start(host);
  const logged: Api['logged'] = [];
  const log = (level: string) => (data: object, message: string) =>
    void logged.push({ level, data, message });
  const server = await startHttpServer({
    config: { host: '127.0.0.1', port: 0 },
    connectors: () => [connector],
    tokens: tokenVerifier({ list: async () => [tokenRecord(token)] }),
    ready: async () => ({ ready: true, checks: { store: 'ok' }, connections: {}, notes: [] }),
    metrics: async () => ({ contentType: 'text/plain', body: 'turns 1' }),
    log: { error: log('error'), warn: log('warn') } as HttpServerOptions['log'],
    ...options.server,
  });
  const { url } = server;
  const authorization = `Bearer ${token}`;
  return {
    url,
    host,
    connector,
    server,
    logged,
    post: (body, headers = {}) =>
      fetch(`${url}/eliza/message`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    get: (path) => fetch(`${url}${path}`, { headers: { authorization } }),
    async close() {
      await connector.stop();
      await server.close(100);
    },
  };
}

export function tokenRecord(secret: string, tenant = 'default') {
  const hash = createHash('sha256').update(secret).digest('hex');
  return { hash, name: 'test', role: 'admin' as const, tenant, createdAt: 0 };
}

export interface Answer {
  messageId: string;
  roomId: string;
  turnId: string;
  reply: { id: string; text: string; actions: object[]; usage: object; createdAt: string } | null;
}

export async function answerOf(response: Promise<Response> | Response): Promise<Answer> {
  const answered = await response;
  if (answered.status !== 200) throw new Error(`${answered.status}: ${await answered.text()}`);
  return (await answered.json()) as Answer;
}

/** Status, code and field of a refusal. */
export async function refusal(response: Promise<Response> | Response): Promise<[number, string, string?]> {
  const refused = await response;
  const { error } = (await refused.json()) as { error: { code: string; message: string; field?: string } };
  return error.field === undefined ? [refused.status, error.code] : [refused.status, error.code, error.field];
}

export function people(memories: Memory[]): Memory[] {
  return memories.filter(({ role }) => role === 'user');
}
