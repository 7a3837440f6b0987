import type { RequestHandler } from 'express';
import { FatalError } from '../errors.js';

/** For a route that exists, but not with this method; others before it may have told what they take there. */
export function refuseMethod(allow: string): RequestHandler {
  return (req, res) => {
    const all = [res.getHeader('Allow'), allow].filter(Boolean).join(', ');
    res.setHeader('Allow', all);
    throw new FatalError('method_not_allowed', `${req.method} is not possible here; use ${all}.`);
  };
}

/** For a path of which others may serve the other methods. */
export function tellMethods(allow: string): RequestHandler {
  return ({ method }, res, next) => {
    if (method !== 'GET' && method !== 'HEAD') res.setHeader('Allow', allow);
    next();
  };
}
