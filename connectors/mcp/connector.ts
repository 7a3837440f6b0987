/** Agents as tools of an MCP server. Its messages are those of the hub's API: same tokens, same users, same rooms. */
import { type Connector, type Host, RetryableError, Waiters } from '../../src/extension-api.js';
import { about } from './about.js';
import { failureBody } from './render.js';
import { type McpLimits, mcpRoute, type Running } from './route.js';

export interface McpOptions extends McpLimits {
  /** How long a call waits for its reply. */
  replyTimeoutMs: number;
  /** Calls that may wait for their replies at once. */
  maxBacklog: number;
  /** Between looks into the store for a reply whose event was lost. */
  pollMs?: number;
}

/** Has no messages of its own to deliver: those that it takes in are the HTTP connector's, which keeps the contract. */
export class McpConnector implements Connector {
  readonly name = 'mcp-server';
  readonly routes: NonNullable<Connector['routes']>;
  readonly #options: McpOptions;
  #running: Running | null = null;

  constructor(options: McpOptions) {
    this.#options = options;
    this.routes = {
      access: 'token',
      authorises: true,
      handler: mcpRoute(options, () => this.#required()),
      about,
      failures: { under: '/mcp', answer: failureBody },
    };
  }

  async start(host: Host): Promise<void> {
    const { replyTimeoutMs: timeoutMs, pollMs, maxBacklog } = this.#options;
    this.#running ??= { host, waiters: new Waiters(host, { timeoutMs, pollMs, maxBacklog }) };
  }

  async stop(): Promise<void> {
    this.#running?.waiters.stop();
    this.#running = null;
  }

  #required(): Running {
    if (this.#running) return this.#running;
    throw new RetryableError('shutting_down', 'The hub takes no calls just now; call again shortly.', {
      retryAfterMs: 5000,
    });
  }
}
