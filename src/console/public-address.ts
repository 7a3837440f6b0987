/** Where people's browsers reach the hub: which origin is its own, and below which path it lies. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';

export class PublicAddress {
  /** Begins with a slash and does not end with one; empty: none. */
  readonly path: string;
  readonly #origin: string | undefined;

  /** @param url CARRIER_PUBLIC_URL. */
  constructor(url: string | undefined) {
    const { origin, pathname } = url === undefined ? { origin: undefined, pathname: '/' } : new URL(url);
    this.#origin = origin;
    this.path = pathname.replace(/\/$/, '');
  }

  /** Of proxies some keep the path that the hub lies below, and some take it off: here it is off. */
  readonly strip: RequestHandler = (req, res, next) => {
    const { path } = this;
    if (path === '') return next();
    if (req.url === path || req.url.startsWith(`${path}?`)) {
      res.writeHead(308, { Location: `${path}/${req.url.slice(path.length)}` }).end();
      return;
    }
    if (req.url.startsWith(`${path}/`)) req.url = req.url.slice(path.length);
    next();
  };

  /**
   * Whether a page of the hub's own sent it. Browsers say where a request comes from, and pages cannot change that:
   * `Sec-Fetch-Site` where the page came by https or from this machine, `Origin` for all that is no GET.
   */
  isOwn(req: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = req.headers;
    if (origin !== undefined && origin !== 'null') return this.#origins(req).includes(origin);
    return site === 'same-origin';
  }

  /** Whether the browser reached the hub by https. */
  isSecure(req: IncomingMessage): boolean {
    const { origin } = req.headers;
    if (origin !== undefined && this.#origins(req).includes(origin)) return origin.startsWith('https:');
    return (req as Request).secure;
  }

  #origins(req: IncomingMessage): string[] {
    // By X-Forwarded-Proto and -Host where a trusted proxy says so.
    const { protocol, host } = req as Request;
    const asked = `${protocol}://${host}`;
    const here = URL.canParse(asked) ? [new URL(asked).origin] : [];
    return this.#origin === undefined ? here : [this.#origin, ...here];
  }
}
