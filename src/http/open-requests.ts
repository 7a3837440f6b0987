/** Requests that are under way: each ends when its token is revoked or expires. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KnownTokens } from '../access/known-tokens.js';
import type { TokenHolder } from '../access/principal.js';
import type { HubRequest } from '../connector/connector.js';
import type { FatalError } from '../errors.js';
import { sendFailure } from './failure.js';

/** Between looks at tokens of requests that are open, in ms. Shorter ones are not looked at. */
const lookMs = 400;
/** How long whoever serves a request has to end it with an answer of their own, in ms. */
const endingMs = 100;

interface Open {
  req: IncomingMessage;
  res: ServerResponse;
  principal: TokenHolder;
  ending: AbortController;
}

type Tokens = Pick<KnownTokens, 'whyEnded' | 'refresh' | 'onChange'>;

/** Begun while their tokens were good, and soon over: one may be what revokes its own token. */
const carriedOut = new WeakSet<IncomingMessage>();

/** From now on it is answered whatever becomes of its token. @throws FatalError `token_revoked` if that is over already. */
export function carryOut(req: HubRequest): void {
  req.revoked?.throwIfAborted();
  carriedOut.add(req);
}

export class OpenRequests {
  readonly #tokens: Tokens;
  readonly #open = new Set<Open>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
    tokens.onChange(() => this.#endOver());
  }

  /** @returns aborted, with the error to answer, when the token is good no more. */
  add(req: IncomingMessage, res: ServerResponse, principal: TokenHolder): AbortSignal {
    const open = { req, res, principal, ending: new AbortController() };
    // Whoever left while the token was looked up will not leave again.
    if (res.destroyed) return open.ending.signal;
    this.#open.add(open);
    res.once('close', () => this.#open.delete(open));
    this.#timer ??= setTimeout(this.#look, lookMs).unref();
    return open.ending.signal;
  }

  readonly #look = async (): Promise<void> => {
    // Where the store does not answer, what is known still says what has expired.
    if (this.#open.size > 0) await this.#tokens.refresh(lookMs / 2).catch(() => {});
    this.#endOver();
    this.#timer = this.#open.size > 0 ? setTimeout(this.#look, lookMs).unref() : undefined;
  };

  #endOver(): void {
    for (const open of this.#open) {
      const why = this.#tokens.whyEnded(open.principal);
      if (!why) continue;
      this.#open.delete(open);
      end(open, why);
    }
  }
}

function end({ req, res, ending }: Open, why: FatalError): void {
  ending.abort(why);
  setTimeout(() => {
    if (res.writableEnded || carriedOut.has(req)) return;
    if (res.headersSent) res.destroy();
    else sendFailure(req, res, why);
  }, endingMs).unref();
}
