/** How much a token and an address may ask of the hub: requests a minute, and requests that are open at once. */
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { HubRequest, Principal } from '../connector/connector.js';
import { networkOf } from '../core/network.js';
import { CarrierError, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Limited } from '../metrics.js';
import type { RateCounter } from '../rate/rate.js';

/** Requests a minute, and for streams those open at once; 0 is no limit. */
interface Limits {
  /** Of one address, with valid tokens. */
  perAddress: number;
  /** Of one token that has no rate of its own. */
  perToken: number;
  /** Of one address, without a valid token. */
  wrongTokens: number;
  /** Of one token, in this process. */
  streams: number;
}

export interface HttpLimitsParts extends Limits {
  counter: RateCounter;
  /** Told of every request that is refused. */
  limited(limit: Limited): void;
  log: Pick<Logger, 'warn'>;
}

const windowSeconds = 60;
const streamRetryMs = 2000;

export class HttpLimits {
  readonly #parts: HttpLimitsParts;
  readonly #open = new Map<string, number>();
  #hinted = false;

  constructor(parts: HttpLimitsParts) {
    this.#parts = parts;
  }

  /** For requests whose token is known: nobody's wrong tokens are counted here. */
  readonly rates: RequestHandler = async (req, _res, next) => {
    const { principal } = req as unknown as HubRequest;
    const { perAddress, perToken } = this.#parts;
    await this.#count('address', perAddress, req, 'come from this address (CARRIER_RATE_ADDRESS)');
    const most = principal?.ratePerMinute ?? perToken;
    await this.#count(
      'token',
      most,
      req,
      "come with this token (CARRIER_RATE_TOKEN, or the token's own rate)",
    );
    next();
  };

  /**
   * For what the tokens refuse: whoever goes on trying is told to wait instead. A valid token is let through all the
   * same, so that nobody can lock out others of the same address.
   */
  readonly refusals: ErrorRequestHandler = async (error, req, _res, next) => {
    if (error instanceof CarrierError && error.status === 401)
      await this.#count(
        'wrong_token',
        this.#parts.wrongTokens,
        req,
        'come from this address without a valid token: check it (CARRIER_RATE_WRONG_TOKENS)',
      );
    next(error);
  };

  /** For what may stay open: streams, and requests that wait for a reply. */
  readonly streams: RequestHandler = (req, res, next) => {
    const { principal } = req as unknown as HubRequest;
    const { streams: most } = this.#parts;
    // Whoever left while they were counted will not leave again.
    if (!principal || most === 0 || res.destroyed) return next();
    const owner = ownerOf(principal);
    const open = this.#open.get(owner) ?? 0;
    if (open >= most) {
      this.#parts.limited('streams');
      throw new RetryableError(
        'rate_limited',
        `This token has ${open} requests open that wait for replies, the most there may be (CARRIER_MAX_STREAMS); end one, or come back later.`,
        { retryAfterMs: streamRetryMs },
      );
    }
    this.#open.set(owner, open + 1);
    res.once('close', () => {
      const left = this.#open.get(owner)! - 1;
      if (left > 0) this.#open.set(owner, left);
      else this.#open.delete(owner);
    });
    next();
  };

  async #count(
    limit: 'address' | 'token' | 'wrong_token',
    most: number,
    req: Request,
    problem: string,
  ): Promise<void> {
    if (most === 0) return;
    const { principal, address = '' } = req as unknown as HubRequest;
    const key = limit === 'token' ? ownerOf(principal!) : networkOf(address);
    const { count, leftMs } = await this.#parts.counter.count(limit, key, windowSeconds);
    if (count <= most) return;
    this.#parts.limited(limit);
    if (limit !== 'token') this.#hint(req);
    throw new RetryableError(
      'rate_limited',
      `More than ${most} requests a minute ${problem}. Come back in ${Math.ceil(leftMs / 1000)} s.`,
      { retryAfterMs: leftMs },
    );
  }

  /** All who come by a proxy that is not trusted count as one. Anybody may send the header, so it is said once. */
  #hint(req: Request): void {
    const { address } = req as HubRequest;
    if (this.#hinted || !req.headers['x-forwarded-for'] || req.ip !== req.socket.remoteAddress) return;
    this.#hinted = true;
    this.#parts.log.warn(
      { address },
      'requests that name others they come for are refused as one address: if it is your proxy, name it in CARRIER_TRUSTED_PROXIES',
    );
  }
}

/** Whose a request is: two tenants may have tokens of one name. */
function ownerOf({ tenant, id, name }: Principal): string {
  return JSON.stringify([tenant, id ?? name]);
}
