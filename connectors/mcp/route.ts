/** The one path of the MCP server: streamable HTTP, as the official SDK has it, before and since revision 2026-07-28. */
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import { type Request as ExpressRequest, type Response as ExpressResponse, Router } from 'express';
import {
  FatalError,
  type Host,
  type HubRequest,
  InFlight,
  type RouteHandler,
  tokenOwner,
  type Waiters,
} from '../../src/extension-api.js';
import { readCountedJson } from '../http/body.js';
import { isSessionOf, sessionId } from './session.js';
import type { Call } from './tools.js';

export interface McpLimits {
  maxBodyBytes: number;
  /** Most bytes of bodies in memory at once. */
  maxUploadingBytes: number;
  /** Signs ids of sessions. */
  key: string;
  log: { warn(o: object, m: string): void };
}

export interface Running {
  host: Host;
  waiters: Waiters;
}

const sessionHeader = 'mcp-session-id';
const example = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}';

/** @param running throws `shutting_down` while the connector is stopped. */
export function mcpRoute(limits: McpLimits, running: () => Running): RouteHandler {
  const { maxBodyBytes, key, log } = limits;
  const bodies = new InFlight(limits.maxUploadingBytes);
  const router = Router({ caseSensitive: true });
  let server: Promise<McpHttpHandler> | undefined;
  router.route('/mcp').all(serve);
  return router;

  async function serve(req: ExpressRequest, res: ExpressResponse): Promise<void> {
    const { host, waiters } = running();
    const hubRequest = req as unknown as HubRequest;
    const owner = tokenOwner(hubRequest);
    const session = req.headers[sessionHeader];
    if (session !== undefined && !isSessionOf(String(session), owner, key))
      throw new FatalError('not_found', 'There is no such session: begin with "initialize".');
    const parsedBody =
      req.method === 'POST' ? await readCountedJson(req, bodies, maxBodyBytes, example) : undefined;
    hubRequest.revoked?.throwIfAborted();
    server ??= handler();
    const { fetch } = await server;
    const leaving = new AbortController();
    res.once('close', () => leaving.abort());
    const call: Call = { req: hubRequest, res, host, waiters };
    const answer = await fetch(webRequest(req, leaving.signal), {
      parsedBody,
      authInfo: { token: '', clientId: owner, scopes: [], extra: { call } },
    });
    const opened = isInitialize(parsedBody) && answer.ok ? sessionId(owner, key) : undefined;
    await pass(answer, res, opened);
  }

  /** The SDK is loaded once somebody asks for it. */
  async function handler(): Promise<McpHttpHandler> {
    const [{ createMcpHandler }, { serverFor }] = await Promise.all([
      import('@modelcontextprotocol/server'),
      import('./tools.js'),
    ]);
    return createMcpHandler(({ authInfo }) => serverFor(authInfo?.extra?.call as Call), {
      onerror: (err) => log.warn({ err }, 'a request for the MCP server was refused'),
    });
  }
}

/** What the SDK reads of a request; its body is read already. */
function webRequest(req: ExpressRequest, signal: AbortSignal): Request {
  const headers = new Headers();
  // No token goes further than it must.
  for (const [name, value] of Object.entries(req.headers))
    if (value !== undefined && name !== 'authorization' && name !== sessionHeader)
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  headers.delete('content-length');
  return new Request('http://hub.invalid/mcp', { method: req.method, headers, signal });
}

function isInitialize(body: unknown): boolean {
  const messages = Array.isArray(body) ? body : [body];
  return messages.some((message) => (message as { method?: unknown } | null)?.method === 'initialize');
}

async function pass(answer: Response, res: ExpressResponse, session: string | undefined): Promise<void> {
  const headers = Object.fromEntries(answer.headers);
  delete headers.connection;
  res.writeHead(answer.status, { ...headers, ...(session !== undefined && { 'Mcp-Session-Id': session }) });
  if (!answer.body) {
    res.end();
    return;
  }
  res.flushHeaders();
  try {
    for await (const part of answer.body) if (!res.destroyed) res.write(part);
    res.end();
  } catch (error) {
    // Whoever left ended it.
    if (!res.destroyed) throw error;
  }
}
