import type { RequestHandler } from 'express';
import { atMost } from '../core/deadline.js';
import type { Readiness } from '../core/readiness.js';
import { sendJson } from './answer.js';

/** A check that hangs is a check that fails. */
const patienceMs = 5000;
const tooLate: Readiness = {
  ...{ ready: false, checks: { hub: `no answer within ${patienceMs / 1000} s` } },
  ...{ connections: {}, notes: [] },
};

/** The process is alive. */
export const alive: RequestHandler = (_req, res) => {
  res.setHeader('Cache-Control', 'no-store');
  sendJson(res, 200, { alive: true });
};

/** Behind a token: what a hub does is its operator's business. */
export function metricsOf(read: () => Promise<{ contentType: string; body: string }>): RequestHandler {
  return async (_req, res) => {
    const { contentType, body } = await read();
    res.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(body);
  };
}

export function readiness(ready: () => Promise<Readiness>): RequestHandler {
  return async (_req, res) => {
    const found = (await atMost(patienceMs, ready())) ?? tooLate;
    res.setHeader('Cache-Control', 'no-store');
    sendJson(res, found.ready ? 200 : 503, found);
  };
}
