import type { RequestHandler } from 'express';
import { FatalError } from '../../src/extension-api.js';

/** For a route that exists, but not with this method. */
export function refuseMethod(allow: string): RequestHandler {
  return (req, res) => {
    res.setHeader('Allow', allow);
    throw new FatalError('method_not_allowed', `${req.method} is not possible here; use ${allow}.`);
  };
}
