import type { RequestHandler, Response } from 'express';

/** What the next fitting requests meet instead of, or before, their answer. */
export type Fault =
  /** Too many requests; `retryAfter` in seconds, as Discord says it. */
  | { kind: 'rate-limited'; retryAfter: number; global?: boolean; said?: 'header' | 'body' | 'nowhere' }
  /** Something before Discord answers, in HTML. */
  | { kind: 'page'; status: number }
  | { kind: 'status'; status: number; body?: object }
  /** The connection breaks before anything was done, or after it was: the answer is lost. */
  | { kind: 'dropped'; when: 'before' | 'after' }
  /** It is done, and something before Discord answers in its place. */
  | { kind: 'lost'; status: number }
  | { kind: 'slow'; ms: number };

interface Plan {
  method: string;
  path: RegExp;
  fault: Fault;
  /** Requests that pass before it begins. */
  skip: number;
  left: number;
}

export class Faults {
  #plans: Plan[] = [];
  /** How many requests have met a fault. */
  met = 0;

  /** After `skip` of them, `times` requests whose method and path (without `/api/v10`) fit meet the fault. */
  next(method: string, path: RegExp, fault: Fault, { times = 1, skip = 0 } = {}): void {
    this.#plans.push({ method, path, fault, skip, left: times });
  }

  clear(): void {
    this.#plans = [];
  }

  readonly handle: RequestHandler = (req, res, next) => {
    const fitting = this.#plans.filter(
      ({ method, path, left }) => left > 0 && method === req.method && path.test(req.path),
    );
    const plan = fitting.find(({ skip }) => skip === 0);
    for (const waiting of fitting) if (waiting.skip > 0) waiting.skip -= 1;
    if (!plan) return next();
    plan.left -= 1;
    this.met += 1;
    const { fault } = plan;
    if (fault.kind === 'status')
      return void res.status(fault.status).json(fault.body ?? { message: 'Server error', code: 0 });
    if (fault.kind === 'page')
      return void res.status(fault.status).type('html').send('<html><title>Just a moment...</title></html>');
    if (fault.kind === 'rate-limited') return tooMany(res, fault);
    if (fault.kind === 'slow') return void setTimeout(next, fault.ms);
    if (fault.kind === 'lost') {
      const end = res.end.bind(res) as (text: string) => Response;
      res.end = (() => {
        res.statusCode = fault.status;
        res.setHeader('content-type', 'text/html');
        res.removeHeader('content-length');
        return end('<html><title>Bad gateway</title></html>');
      }) as Response['end'];
      return next();
    }
    if (fault.when === 'before') return void req.socket.destroy();
    // The work is done, and what would be said of it never leaves.
    res.end = ((): Response => {
      req.socket.destroy();
      return res;
    }) as Response['end'];
    next();
  };
}

function tooMany(
  res: Response,
  { retryAfter, global = false, said }: Extract<Fault, { kind: 'rate-limited' }>,
): void {
  if (said === undefined || said === 'header') res.set('retry-after', String(Math.ceil(retryAfter)));
  res.set({
    'x-ratelimit-reset-after': String(retryAfter),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-scope': global ? 'global' : 'user',
    ...(global && { 'x-ratelimit-global': 'true' }),
  });
  const time = said === undefined || said === 'body' ? { retry_after: retryAfter } : {};
  res.status(429).json({ message: 'You are being rate limited.', ...time, global });
}
