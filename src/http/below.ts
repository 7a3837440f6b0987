import type { RequestHandler } from 'express';

/**
 * Lets only requests to these paths, and below those that end with a slash, into a router. A router that has nothing for a
 * request hands it back when others had their turn (`setImmediate`), and each message would wait for that.
 */
export function below(paths: readonly string[], handler: RequestHandler): RequestHandler {
  const isBelow = (path: string) =>
    paths.some((one) => path === one || (one !== '/' && one.endsWith('/') && path.startsWith(one)));
  return (req, res, next) => (isBelow(req.path) ? handler(req, res, next) : next());
}
