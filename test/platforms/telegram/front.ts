/** One address for the bots of several servers, as Telegram has it: the token in the path says whose call it is. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TelegramServer } from './server.js';

export interface TelegramFront {
  url: string;
  /** @BotFather gives the bot another token; the one before it is worth nothing from now on. */
  rotate(server: TelegramServer, token: string): void;
  /** Tokens that calls came with, and how often they polled or asked who they are; the newest last. */
  asked: { token: string; method: string }[];
  stop(): Promise<void>;
}

export async function startTelegramFront(servers: TelegramServer[]): Promise<TelegramFront> {
  const tokens = new Map(servers.map((server) => [server.token, server]));
  const asked: TelegramFront['asked'] = [];
  const front = createServer((req, res) => {
    const [, token = '', rest = ''] = /^\/(?:file\/)?bot([^/]+)(\/.*)$/.exec(req.url ?? '') ?? [];
    asked.push({ token, method: rest.slice(1).replace(/\?.*/, '') });
    const server = tokens.get(token);
    if (!server) {
      res.writeHead(401, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ ok: false, error_code: 401, description: 'Unauthorized' }));
      return;
    }
    const path = (req.url ?? '').replace(token, server.token);
    const passed = request(`${server.url}${path}`, { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(res);
    });
    passed.on('error', () => res.destroy());
    res.on('close', () => passed.destroy());
    req.pipe(passed);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    asked,
    rotate(server, token) {
      for (const [old, owner] of tokens) if (owner === server) tokens.delete(old);
      tokens.set(token, server);
      server.cutPoll();
    },
    stop: () =>
      new Promise((resolve) => {
        front.close(() => resolve());
        front.closeAllConnections();
      }),
  };
}
