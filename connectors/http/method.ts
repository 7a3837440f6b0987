import type { RequestHandler } from 'express';
import { FatalError } from '../../src/extension-api.js';

/** For a route that exists, but not with this method. */
export function refuseMethod(allow: string): RequestHandler {
  return (req, res) => {
    // The hub itself takes some methods on the same path.
    const all = [res.getHeader('Allow'), allow].filter(Boolean).join(', ');
    res.setHeader('Allow', all);
    throw new FatalError('method_not_allowed', `${req.method} is not possible here; use ${all}.`);
  };
}
