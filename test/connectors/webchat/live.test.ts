/** The stream of a visitor's room, while the store comes and goes. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Doorbell } from '../../../connectors/webchat/doorbell.js';
import { streamRoom } from '../../../connectors/webchat/live.js';
import { RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('is there although the store is away when it begins, and leaves nobody watching when it ends', async () => {
  let watching = 0;
  const away = async () => {
    throw new RetryableError('store_unavailable', 'The disk is full.');
  };
  const host = {
    history: away,
    async watch() {
      watching++;
      return () => void watching--;
    },
  };
  const bell = new Doorbell();
  const room = { roomId: 'r', channel: 'visitor:ann', until: Date.now() / 1000 + 60 };
  server = createServer((_req, res) => {
    streamRoom(res, { host, notices: { of: async () => [] } }, bell, room).catch(() => res.destroy());
  }).listen(0, '127.0.0.1');
  await until(() => server.listening);
  const leave = new AbortController();
  const { port } = server.address() as AddressInfo;
  const { body } = await fetch(`http://127.0.0.1:${port}`, { signal: leave.signal });
  const { value } = await body!.getReader().read();
  expect(new TextDecoder().decode(value)).toContain('event: reset');
  expect(watching).toBe(1);
  leave.abort();
  await until(() => watching === 0);
});
