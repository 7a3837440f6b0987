/** The page's files, as `npm run build` made them, and their policies. */
import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, static as serveFolder } from 'express';
import { FatalError } from '../../src/extension-api.js';

/** Seen from `connectors/webchat` of the sources, and of what they are compiled to. */
const builtFolder =
  ['../../web/webchat', '../../dist/web/webchat']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(join(path, 'index.html'))) ?? '';

/** @param ancestors who may embed it. */
function pagePolicy(ancestors: string): string {
  return [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:"],
    ...["connect-src 'self'", "form-action 'none'", "base-uri 'none'", `frame-ancestors ${ancestors}`],
  ].join('; ');
}

export const assets: RequestHandler = serveFolder(join(builtFolder, 'assets'), {
  ...{ index: false, redirect: false, dotfiles: 'ignore', immutable: true, maxAge: '365d' },
});

/** It names the files of this version, so it is asked for again each time. */
export function sendPage(res: ServerResponse, ancestors: string, next: (error: unknown) => void): void {
  // Browsers that know frame-ancestors pass over it, and others cannot name sites with it.
  res.removeHeader('X-Frame-Options');
  res.setHeader('Content-Security-Policy', pagePolicy(ancestors));
  res.setHeader('Cache-Control', 'no-cache');
  send(res, 'index.html', next);
}

/** Other sites load it, as a script or as a module. */
export function sendScript(res: ServerResponse, next: (error: unknown) => void): void {
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  res.setHeader('Access-Control-Allow-Origin', '*');
  res.setHeader('Cache-Control', 'public, max-age=300');
  send(res, 'widget.js', next);
}

function send(res: ServerResponse, file: string, next: (error: unknown) => void): void {
  if (builtFolder === '') {
    next(new FatalError('not_found', 'This hub has no web chat: `npm run build` makes its page.'));
    return;
  }
  const response = res as Parameters<RequestHandler>[1];
  response.sendFile(file, { root: builtFolder, cacheControl: false }, (error) => error && next(error));
}
