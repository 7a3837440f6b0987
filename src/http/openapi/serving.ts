/** Serves the document, and the page that shows it. Both are open: they hold nothing of this hub. */
import { createHash } from 'node:crypto';
import { type RequestHandler, Router } from 'express';
import type { Connector, RouteAbout } from '../../connector/connector.js';
import { refuseMethod } from '../method.js';
import { html } from './page/html.js';
import { script } from './page/script.js';
import { style } from './page/style.js';

/** The page loads nothing from elsewhere, and what runs in it is this script alone. */
const policy = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join(';');

const files: Record<string, { type: string; body: string }> = {
  '/docs': { type: 'text/html', body: html },
  '/docs/page.js': { type: 'text/javascript', body: script },
  '/docs/page.css': { type: 'text/css', body: style },
};

export function documentRoutes(connectors: () => Connector[]): RequestHandler {
  const router = Router({ caseSensitive: true });
  const text = writtenOnce();
  router
    .route('/openapi.json')
    .get(async (req, res) => {
      const { body, tag } = await text(connectors().flatMap(({ routes }) => routes?.about ?? []));
      res.setHeader('Access-Control-Allow-Origin', '*');
      res.setHeader('Cache-Control', 'no-cache');
      res.setHeader('ETag', tag);
      if (req.headers['if-none-match'] === tag) return void res.writeHead(304).end();
      res.setHeader('Content-Type', 'application/json; charset=utf-8');
      res.end(body);
    })
    .all(refuseMethod('GET, HEAD'));
  for (const [path, { type, body }] of Object.entries(files))
    router
      .route(path)
      .get((_req, res) => {
        res.setHeader('Content-Security-Policy', policy);
        res.setHeader('Cache-Control', 'no-cache');
        res.setHeader('Content-Type', `${type}; charset=utf-8`);
        res.end(body);
      })
      .all(refuseMethod('GET, HEAD'));
  return router;
}

/** Anybody may ask for it again and again. */
function writtenOnce() {
  let known: { of: readonly RouteAbout[]; body: string; tag: string } | undefined;
  return async (brought: readonly RouteAbout[]) => {
    const isSame = known?.of.length === brought.length && known.of.every((one, at) => one === brought[at]);
    if (known && isSame) return known;
    // Most hubs are never asked for it.
    const { openApiDocument } = await import('./document.js');
    const body = JSON.stringify(openApiDocument(brought));
    known = {
      of: brought,
      body,
      tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    };
    return known;
  };
}
