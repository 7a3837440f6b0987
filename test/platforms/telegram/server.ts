/**
 * A Bot API server for tests: https://core.telegram.org/bots/api as far as a chat bot goes, on a real port. It holds
 * what people and the bot did; tests look at that. What it does not know it refuses.
 */
import type { AddressInfo, Socket } from 'node:net';
import express, { type Request, type Response } from 'express';
import multer from 'multer';
import { type Fault, Faults } from './faults.js';
import { methods, type Upload } from './methods.js';
import { type Method, parameters } from './parameters.js';
import { People } from './people.js';
import { badRequest, Refusal } from './refusal.js';
import { Updates } from './updates.js';
import { type Chat, type StoredMessage, World } from './world.js';

export interface TelegramServerOptions {
  token?: string;
  username?: string;
  /** Default: any free one. */
  port?: number;
}

interface LoggedCall {
  method: string;
  parameters: Record<string, unknown>;
  /** Null where the connection was dropped. */
  status: number | null;
  at: number;
}

export interface TelegramServer {
  url: string;
  token: string;
  world: World;
  people: People;
  updates: Updates;
  /** Calls of the bot, oldest first; getUpdates is not among them. */
  calls: LoggedCall[];
  /** Files fetched by the bot, by path. */
  fetched: string[];
  /** What the bot has in this chat now, oldest first. */
  said(chat: Chat): StoredMessage[];
  fail(fault: Fault): void;
  heal(): void;
  /** The token is taken back at @BotFather. */
  revoke(): void;
  /** Cuts the connection on which the bot waits for updates. */
  cutPoll(): void;
  /** Cuts every open connection. */
  hangUp(): void;
  stop(): Promise<void>;
}

export async function startTelegramServer(options: TelegramServerOptions = {}): Promise<TelegramServer> {
  const token = options.token ?? '4242:AAtest-token_of-the-test-server';
  const username = options.username ?? 'eliza_bot';
  const world = new World({ id: Number(token.split(':')[0]), is_bot: true, first_name: 'Eliza', username });
  const updates = new Updates();
  const faults = new Faults();
  const calls: LoggedCall[] = [];
  const fetched: string[] = [];
  const polls = new Set<Socket>();
  let revoked = false;

  const app = express();
  app.use(express.json({ limit: '60mb' }), multer({ limits: { fileSize: 50_000_000 } }).any());

  app.get('/file/bot:token/*path', (req, res) => {
    const path = req.path.split('/').slice(3).join('/');
    const file = [...world.files.values()].find((stored) => stored.path === path);
    if (req.params.token !== token || revoked || !file) return void res.status(404).end();
    const fault = faults.next('download');
    fetched.push(path);
    if (fault?.drop) return void req.socket.destroy();
    if (fault?.status) return void res.status(fault.status).end();
    res.send(file.bytes);
  });

  app.all('/bot:token/:method', async (req, res) => {
    const method = req.params.method.toLowerCase();
    const given = { ...req.query, ...parsed(req) };
    const logged: LoggedCall = { method: req.params.method, parameters: given, status: null, at: Date.now() };
    if (method !== 'getupdates') calls.push(logged);
    const fault = faults.next(method);
    try {
      if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
      if (fault?.drop === 'before') return void req.socket.destroy();
      const page = fault?.page === undefined ? null : { status: fault.status ?? 502, body: fault.page };
      if (page && !fault?.drop) return void res.status(page.status).send(page.body);
      if (fault?.status && !page) throw planned(fault);
      if (req.params.token !== token || revoked) throw new Refusal(401, 'Unauthorized');
      const result = await carryOut(method, given, req, res);
      if (page) return void res.status(page.status).send(page.body);
      if (fault?.drop === 'after') return void req.socket.destroy();
      logged.status = 200;
      res.json({ ok: true, result });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, `Internal Server Error: ${error}`);
      logged.status = refusal.status;
      res.status(refusal.status).json(refusal.body);
    }
  });
  app.use((_req, res) => void res.status(404).json(new Refusal(404, 'Not Found').body));

  async function carryOut(name: string, given: Record<string, unknown>, req: Request, res: Response) {
    if (!Object.hasOwn(methods, name)) throw new Refusal(404, 'Not Found: method not found');
    const method = name as Method;
    const checked = parameters[method].safeParse(given);
    if (!checked.success) {
      const { path, message } = checked.error.issues[0]!;
      throw badRequest(`${method}: ${path.join('.')}: ${message}`);
    }
    const gone = new AbortController();
    if (method === 'getupdates') polls.add(req.socket);
    res.once('close', () => {
      polls.delete(req.socket);
      gone.abort();
    });
    const run = methods[method] as (checked: unknown, call: object) => unknown;
    return run(checked.data, { world, updates, uploads: uploadsOf(req), signal: gone.signal });
  }

  const server = app.listen(options.port ?? 0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    world,
    people: new People(world, updates),
    updates,
    calls,
    fetched,
    said: (chat) => [...chat.messages.values()].filter(({ from }) => from?.id === world.bot.id),
    fail: (fault) => faults.plan(fault),
    heal: () => faults.clear(),
    revoke() {
      revoked = true;
      updates.stop();
    },
    cutPoll() {
      for (const socket of polls) socket.destroy();
    },
    hangUp: () => server.closeAllConnections(),
    async stop() {
      updates.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function planned({ status = 500, description, retryAfter = 1 }: Fault): Refusal {
  if (status !== 429)
    return new Refusal(status, description ?? (status >= 500 ? 'Bad Gateway' : 'Bad Request'));
  return new Refusal(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
}

/** Multipart fields are strings; those that hold an object or a number are read as JSON. */
function parsed(req: Request): Record<string, unknown> {
  if (!req.is('multipart/form-data')) return (req.body as Record<string, unknown> | undefined) ?? {};
  const { method: _, ...fields } = req.body as Record<string, string>;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      /^[{[]|^(true|false)$/.test(value) && key !== 'caption' ? JSON.parse(value) : value,
    ]),
  );
}

function uploadsOf(req: Request): Map<string, Upload> {
  const files = (req.files ?? []) as Express.Multer.File[];
  return new Map(
    files.map(({ fieldname, originalname, mimetype, buffer }) => [
      fieldname,
      { name: Buffer.from(originalname, 'latin1').toString(), mediaType: mimetype, bytes: buffer },
    ]),
  );
}
