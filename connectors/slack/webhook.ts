/** Slack's posts to the hub: checked, read, and acknowledged when they are dealt with. */
import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler, Router } from 'express';
import { FatalError } from '../../src/extension-api.js';
import type { Inlet } from './inlet.js';
import { isSigned } from './signature.js';

/** Slack's events stay well below this. */
const maxBodyBytes = 1_048_576;

export interface WebhookOptions {
  path: string;
  signingSecret: string;
  inlet(): Inlet;
}

export function webhookRouter({ path, signingSecret, inlet }: WebhookOptions): Router {
  // The signature is over the bytes as they came, so nothing may decode them first.
  const raw = express.raw({ type: () => true, limit: maxBodyBytes, inflate: false });
  const take: RequestHandler = async (req, res) => {
    const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    if (!isSigned(signingSecret, req.headers, bytes))
      throw new FatalError('token_invalid', 'The request is not signed by Slack, or is too old.');
    const body = bodyOf(bytes, req);
    if (body.type === 'url_verification') {
      res.json({ challenge: String(body.challenge) });
      return;
    }
    if (body.ssl_check) {
      res.end();
      return;
    }
    const answer = await inlet().take(body, retryOf(req));
    if (answer === undefined || answer === '') res.end();
    else res.json(answer);
  };
  return Router().post(path, raw, take);
}

/** Events are JSON; commands are a form, and so are buttons, with JSON in `payload`. */
function bodyOf(bytes: Buffer, req: IncomingMessage): Record<string, unknown> {
  const text = bytes.toString('utf8');
  if (!req.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return parsed(text);
  const form = Object.fromEntries(new URLSearchParams(text));
  return form.payload === undefined ? form : parsed(form.payload);
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new FatalError('invalid_json', 'The body is not what Slack sends: a JSON object or a form.');
}

function retryOf({ headers }: IncomingMessage) {
  const number = Number(headers['x-slack-retry-num']);
  if (!Number.isInteger(number)) return {};
  return { retryNum: number, retryReason: String(headers['x-slack-retry-reason'] ?? '') };
}
