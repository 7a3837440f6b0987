import type { RequestHandler } from 'express';

const windowMs = 5000;

/** Discord's buckets: so many new messages a channel may have in 5 seconds, said in headers before it is a 429. */
export class RateLimits {
  readonly #limit: number;
  readonly #buckets = new Map<string, { used: number; resetAt: number }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  readonly handle: RequestHandler = (req, res, next) => {
    const [, channel] = /^\/channels\/(\d+)\/messages$/.exec(req.path) ?? [];
    if (req.method !== 'POST' || !channel) return next();
    const now = Date.now();
    let bucket = this.#buckets.get(channel);
    if (!bucket || bucket.resetAt <= now) {
      bucket = { used: 0, resetAt: now + windowMs };
      this.#buckets.set(channel, bucket);
    }
    bucket.used += 1;
    const wait = (bucket.resetAt - now) / 1000;
    res.set({
      'x-ratelimit-limit': String(this.#limit),
      'x-ratelimit-remaining': String(Math.max(0, this.#limit - bucket.used)),
      'x-ratelimit-reset': String(bucket.resetAt / 1000),
      'x-ratelimit-reset-after': String(wait),
      'x-ratelimit-bucket': 'messages',
    });
    if (bucket.used <= this.#limit) return next();
    res.set({ 'retry-after': String(Math.ceil(wait)), 'x-ratelimit-scope': 'user' });
    res.status(429).json({ message: 'You are being rate limited.', retry_after: wait, global: false });
  };
}
