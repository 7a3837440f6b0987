import type { RequestHandler } from 'express';
import { FatalError } from '../errors.js';

/** RFC 9112, section 3.2. Node would answer without a word of it. */
export const requireHost: RequestHandler = (req, res, next) => {
  if (req.httpVersion !== '1.1' || req.headers.host !== undefined) return next();
  res.setHeader('Connection', 'close');
  throw new FatalError('invalid_request', 'The request has no Host header.');
};
