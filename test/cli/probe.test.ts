import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { probe } from '../../src/cli/probe.js';
import { Home } from '../support/hub.js';

vi.spyOn(process.stdout, 'write').mockReturnValue(true);

const home = new Home();
afterEach(() => home.dispose());

it('[seen.45] [seen.46] says whether a hub is ready, and apart from it whether the process lives', async () => {
  const { url } = await home.hub();
  const { hostname, port } = new URL(url);
  const at = (host: string, port: number) => home.config({ CARRIER_HOST: host, CARRIER_PORT: String(port) });
  expect(await probe(at(hostname, Number(port)))).toBe(true);
  expect(await probe(at('0.0.0.0', Number(port)), { live: true })).toBe(true);
  // A port that the system chose, or that `start --port` was told, is known by the data folder.
  expect(await probe(at(hostname, 0))).toBe(true);
  expect(await probe(at(hostname, 1))).toBe(true);
});

it('[seen.46] is unwell while an engine is away, and alive all the same', async () => {
  const server = createServer((req, res) => res.writeHead(req.url === '/healthz' ? 200 : 503).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = home.config({ CARRIER_PORT: String(port) });
  expect([await probe(config), await probe(config, { live: true })]).toEqual([false, true]);
  await new Promise((resolve) => server.close(resolve));
  expect(await probe(config, { live: true })).toBe(false);
});
