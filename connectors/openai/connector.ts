/** Agents as models of the OpenAI API. Its messages are those of the hub's API: same tokens, same users, same rooms. */
import { type Connector, type Host, RetryableError, Waiters } from '../../src/extension-api.js';
import { about } from './about.js';
import { Conversations } from './conversations.js';
import { failureBody } from './render.js';
import { type ChatLimits, chatRoutes, type Running } from './routes.js';

export interface ChatOptions extends ChatLimits {
  /** How long a request waits for its reply. */
  replyTimeoutMs: number;
  /** Requests that may wait for their replies at once. */
  maxBacklog: number;
  /** Of the digests of what clients said. */
  key: string;
  /** Between looks into the store for a reply whose event was lost. */
  pollMs?: number;
}

/** Has no messages of its own to deliver: those that it takes in are the HTTP connector's, which keeps the contract. */
export class ChatConnector implements Connector {
  readonly name = 'openai-api';
  readonly routes: NonNullable<Connector['routes']>;
  readonly #options: ChatOptions;
  #running: Running | null = null;

  constructor(options: ChatOptions) {
    this.#options = options;
    const startedAt = Math.floor(Date.now() / 1000);
    this.routes = {
      access: 'token',
      authorises: true,
      handler: chatRoutes({ ...options, startedAt }, () => this.#required()),
      about,
      failures: { under: '/v1', answer: failureBody },
    };
  }

  async start(host: Host): Promise<void> {
    const { replyTimeoutMs: timeoutMs, pollMs, maxBacklog, key } = this.#options;
    this.#running ??= {
      host,
      waiters: new Waiters(host, { timeoutMs, pollMs, maxBacklog }),
      conversations: new Conversations(host, key),
    };
  }

  async stop(): Promise<void> {
    this.#running?.waiters.stop();
    this.#running = null;
  }

  #required(): Running {
    if (this.#running) return this.#running;
    throw new RetryableError('shutting_down', 'The hub takes no messages just now; send it again shortly.', {
      retryAfterMs: 5000,
    });
  }
}
