/** The hub's program on a disk that takes nothing more, as the kernel's limit of file sizes makes it appear. */
import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../store/folder.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

const prlimit = spawnSync('prlimit', ['--version']).status === 0;
if (!prlimit)
  process.stdout.write('skipped: what a hub does on a full disk, since there is no prlimit here\n');

let folder: ReturnType<typeof temporaryFolder>;
let hub: HubProcess;
beforeEach(() => {
  folder = temporaryFolder();
  hub = new HubProcess({ HOME: folder.path, CARRIER_DATA_DIR: `${folder.path}/data`, CARRIER_PORT: '0' });
});
afterEach(async () => {
  await hub.end('SIGKILL');
  folder.remove();
});

describe.skipIf(!prlimit)('[http-and-cli.22] a full disk', () => {
  it('makes the hub unready as long as messages are refused, loses nothing, and is over when there is room again', async () => {
    const url = await hub.start();
    const room = (soft: string) =>
      execFileSync('prlimit', ['--pid', String(hub.pid), `--fsize=${soft}:unlimited`]);
    const send = async (n: number) => {
      const response = await fetch(`${url}/assistant/message`, {
        method: 'POST',
        headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text: `message ${n}`, userId: 'ann', messageId: `m${n}` }),
      });
      return { status: response.status, body: await response.json() };
    };
    const ready = () => fetch(`${url}/readyz`);
    expect((await send(1)).status).toBe(200);
    expect((await ready()).status).toBe(200);

    room('1');
    expect(await send(2)).toMatchObject({ status: 503, body: { error: { code: 'store_unavailable' } } });
    const unready = await ready();
    expect(unready.status).toBe(503);
    const { checks } = (await unready.json()) as { checks: { store: string } };
    expect(checks.store).toMatch(/database cannot be used|disk/i);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    room('unlimited');
    await until(async () => (await ready()).status === 200);
    expect(await send(2)).toMatchObject({ status: 200 });
    const { rooms } = (await (
      await fetch(`${url}/rooms`, { headers: { authorization: `Bearer ${hub.token}` } })
    ).json()) as { rooms: { messages: number }[] };
    expect(rooms.map(({ messages }) => messages)).toEqual([4]);
  });
});
