/** Large pictures, through a real process with a small heap and a real model server. Prints what they cost. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noise } from '../support/pictures.js';

const recorder = fileURLToPath(new URL('../support/delay-recorder.mjs', import.meta.url));

let home: Home;
let hub: HubProcess;
let server: Server;
/** What the model was asked with. */
let asked: string[];

beforeEach(async () => {
  home = new Home();
  asked = [];
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    asked.push(Buffer.concat(pieces).toString('latin1'));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'I see.' }, finish_reason: 'stop' }] };
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  await hub.end('SIGKILL');
  server.closeAllConnections();
  server.close();
  await home.dispose();
});

async function start(settings: Record<string, string>) {
  const { port } = server.address() as AddressInfo;
  const env = {
    ...{ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_MODEL: 'eyes', HOME: home.folder },
    NODE_OPTIONS: `--max-old-space-size=512 --import=${recorder}`,
    DELAY_FILE: join(home.folder, 'delays.json'),
  };
  hub = new HubProcess(home.settings({ ...env, ...settings }));
  const url = await hub.start();
  process.kill(hub.pid, 'SIGUSR2');
  return { url, client: api(url, hub.token) };
}

/** Ends the hub. */
async function figures() {
  const status = readFileSync(`/proc/${hub.pid}/status`, 'utf8');
  const peakMb = Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
  expect(await hub.end('SIGTERM')).toBe(0);
  const delays = JSON.parse(readFileSync(join(home.folder, 'delays.json'), 'utf8'));
  return { peakMb, ...(delays as { longestMs: number; p99Ms: number }) };
}

async function show(url: string, roomId: string, pictures: Uint8Array<ArrayBuffer>[], messageId: string) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ userId: 'alice', roomId, messageId, text: 'look' }))
    form.set(name, value);
  for (const [i, bytes] of pictures.entries()) form.append('file', new Blob([bytes]), `photo-${i}.png`);
  const headers = { authorization: `Bearer ${hub.token}` };
  for (;;) {
    const response = await fetch(`${url}/assistant/message`, { method: 'POST', headers, body: form });
    const answer = [response.status, await response.text()] as const;
    // It takes so many bytes at once, and says when to come again.
    if (response.status !== 503) return answer;
    await pause(500);
  }
}

it.each([
  ['10 MB', 9_900_000, 'true'],
  ['3.7 MB', 3_700_000, 'true'],
  ['10 MB, for a model that does not see', 9_900_000, 'false'],
])(
  '[security.1] a hub with a heap of 512 MB takes two messages of 8 pictures of %s, and answers others meanwhile',
  async (name, bytes, sees) => {
    const { url, client } = await start({ OPENAI_SEES: sees, OPENAI_CONTEXT_TOKENS: '128000' });
    const picture = noise(bytes);
    const pictures = Array.from({ length: 8 }, () => picture);
    const shown = ['1', '2'].map((id) => show(url, 'gallery', pictures, id));
    const others = ['kitchen', 'garden'].map(async (roomId) => {
      let answers = 0;
      for (; answers < 5; answers++)
        expect(
          await client.send('assistant', { userId: 'bob', roomId, text: `hello ${answers}` }),
        ).toBeTruthy();
      return answers;
    });
    for (const [status, body] of await Promise.all(shown))
      expect([status, body]).toEqual([200, expect.stringContaining('I see.')]);
    expect(await Promise.all(others)).toEqual([5, 5]);
    // What comes after does not carry the old pictures again.
    expect(
      await client.send('assistant', { userId: 'alice', roomId: 'gallery', text: 'and now?' }),
    ).toBeTruthy();
    const last = asked.filter((body) => !body.includes('note_facts')).at(-1)!;
    expect(last.length).toBeLessThan(100_000);
    expect(last).toContain('photo-7.png');

    const about = asked.filter((body) => body.includes('photo-0.png') && !body.includes('and now?'));
    const sent = about.map((body) => body.match(/data:image/g)?.length ?? 0);
    if (sees === 'true' && bytes < 3_900_000) expect(Math.max(...sent)).toBeGreaterThan(3);
    if (sees === 'false') {
      expect(Math.max(...sent)).toBe(0);
      expect(about[0]).toContain('you cannot see pictures');
    }
    for (const body of about) expect(body.length).toBeLessThan(20 * 2 ** 20 * 1.4);
    const cost = await figures();
    process.stdout.write(`two messages of 8 pictures of ${name}: ${JSON.stringify({ ...cost, sent })}\n`);
    expect(hub.log).not.toMatch(/out of memory|level":(50|60)/);
  },
  120_000,
);
