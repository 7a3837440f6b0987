/** The console's files, as `npm run build` made them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type RequestHandler, Router, static as serveFolder } from 'express';
import { FatalError } from '../errors.js';
import { packageFolder } from '../package-folder.js';
import { pagePolicy } from './policy.js';

export function pageRoutes(folder = join(packageFolder, 'dist/web/console')): RequestHandler {
  const router = Router({ caseSensitive: true });
  router.get('/', (_req, res, next) => {
    if (!existsSync(join(folder, 'index.html'))) {
      res.type('text').send('This hub has no console: `npm run build` makes its pages.\n');
      return;
    }
    // It names the files of this version; a tab that is open asks for it again.
    res.setHeader('Cache-Control', 'no-cache');
    res.setHeader('Content-Security-Policy', pagePolicy('console/csp'));
    res.sendFile(
      'index.html',
      { root: folder, cacheControl: false, etag: true },
      (error) => error && next(error),
    );
  });
  router.use(
    '/console/assets',
    serveFolder(join(folder, 'assets'), {
      ...{ index: false, redirect: false, dotfiles: 'ignore', immutable: true, maxAge: '365d' },
      // A worker has the policy that it came with.
      setHeaders: (res) => void res.setHeader('Content-Security-Policy', pagePolicy('../csp')),
    }),
    // Never the page: a tab of an older version must see that it is one.
    (_req, _res, next) => next(new FatalError('not_found', 'The console has no such file in this version.')),
  );
  return router;
}
