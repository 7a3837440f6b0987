/** Files as people send them with curl, through a real process: what the model reads of them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { docx, pdf } from '../files/made.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';

let home: Home;
let hub: HubProcess;
let url: string;
let server: Server;
let asked: string;

beforeEach(async () => {
  home = new Home();
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { messages } = JSON.parse(Buffer.concat(pieces).toString()) as { messages: { content: unknown }[] };
    asked = String(messages.at(-1)!.content);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'Read.' }, finish_reason: 'stop' }] };
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const model = { OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
  home.character('ada', { name: 'Ada', bio: 'A helper.', plugins: [] });
  hub = new HubProcess(home.settings({ ...model, OPENAI_MODEL: 'm', HOME: home.folder }));
  url = await hub.start();
});
afterEach(async () => {
  await hub.end('SIGKILL');
  server.closeAllConnections();
  server.close();
  await home.dispose();
});

async function read(name: string, bytes: string | Buffer): Promise<string> {
  const form = new FormData();
  form.append('userId', 'alice');
  // The type that curl says of what it does not know.
  form.append(
    'file',
    new Blob([Uint8Array.from(Buffer.from(bytes))], { type: 'application/octet-stream' }),
    name,
  );
  const headers = { authorization: `Bearer ${hub.token}` };
  const response = await fetch(`${url}/ada/message`, { method: 'POST', headers, body: form });
  expect(response.status).toBe(200);
  return asked;
}

it('[http-and-cli.4] [discord.5] reads text by bytes and name, in any encoding, and documents as text', async () => {
  const files: [name: string, bytes: string | Buffer, words: string][] = [
    ['a.md', '# Plan\nbuy milk', 'buy milk'],
    ['a.csv', 'name;age\nAda;36', 'Ada;36'],
    ['a.json', '{"milk":true}', '{"milk":true}'],
    ['a.py', 'print("milk")', 'print("milk")'],
    ['hub.log', '12:00 milk', '12:00 milk'],
    ['a.yaml', 'milk: 2', 'milk: 2'],
    ['latin.txt', Buffer.from('Käse für Müller, süß', 'latin1'), 'Käse für Müller, süß'],
    ['wide.txt', Buffer.from('\ufeffKäse', 'utf16le'), 'Käse'],
    ['invoice.pdf', pdf(['Invoice 4711']), 'Invoice 4711'],
    ['letter.docx', await docx(['Dear Ada,']), 'Dear Ada,'],
  ];
  for (const [name, bytes, words] of files) expect(await read(name, bytes)).toContain(words);
  expect(await read('locked.pdf', pdf(['']))).toContain('no text');
});
