/** Updates pushed by Telegram. The secret is checked first, in constant time; the answer is given once the update is stored. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RouteHandler } from '../../src/extension-api.js';

export interface WebhookOptions {
  /** Where Telegram reaches the hub, `https://`; its path is where the hub listens. */
  url: string;
  /** 1 to 256 letters, digits, `_` and `-`; Telegram sends it with every update. */
  secret: string;
}

export interface WebhookParts extends WebhookOptions {
  /** Durable when it resolves. @throws what has it sent again. */
  handle(update: unknown): Promise<void>;
  log: { warn(o: object, m: string): void };
}

const maxBytes = 1_048_576;

const bodyTimeoutMs = 10_000;

/** @param parts null while the connector is stopped. */
export function webhookRoute(url: string, parts: () => WebhookParts | null): RouteHandler {
  const { pathname } = new URL(url);
  return (req, res, next) => {
    if ((req.url ?? '').split('?')[0] !== pathname) return next();
    void answer(req, parts()).then(({ status, headers }) => {
      // What is left of a body that nobody reads must not keep the connection.
      res.writeHead(status, { ...headers, ...(!req.complete && { connection: 'close' }) }).end();
    });
  };
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
}

async function answer(req: IncomingMessage, parts: WebhookParts | null): Promise<Answer> {
  if (req.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  // Telegram sends it again, as it does whenever it gets no 2xx.
  if (!parts) return later;
  if (!same(req.headers['x-telegram-bot-api-secret-token'], parts.secret)) return { status: 401 };
  const body = await read(req);
  if (body === null) return { status: 413 };
  try {
    await parts.handle(parsed(body));
    return { status: 200 };
  } catch (err) {
    parts.log.warn({ err }, 'an update could not be taken; Telegram sends it again');
    return later;
  }
}

const later: Answer = { status: 503, headers: { 'retry-after': '2' } };

/** Digests are of one length, so that not even the secret's length shows in the time this takes. */
function same(given: string | string[] | undefined, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
}

/** Null: larger than any update, or too slow in coming. */
async function read(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => req.destroy(), bodyTimeoutMs);
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > maxBytes) return null;
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString();
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
