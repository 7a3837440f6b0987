/** Prompts of any length through the whole hub, to a server that refuses those that are too long for its model. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';

/** So many characters a token, of English: the server counts about as the common tokenizers do. */
const tokenChars = 3.6;

interface Asked {
  text: string;
  tokens: number;
}

let home: Home;
let server: Server;
let asked: Asked[];
let refused: Asked[];
/** What the server's model reads. */
let length: number;

beforeEach(async () => {
  home = new Home();
  [asked, refused] = [[], []];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { messages, tools = [], max_tokens } = JSON.parse(body);
    const text = messages.map(({ content }: { content: unknown }) => content).join('\n');
    const tokens = JSON.stringify([messages, tools]).length / tokenChars + max_tokens;
    if (tokens > length) {
      refused.push({ text, tokens });
      const message = `This model's maximum context length is ${length} tokens. However, you requested ${tokens} tokens.`;
      const error = {
        message,
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    asked.push({ text, tokens });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: 'stop' }] };
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  await home.dispose();
  server.closeAllConnections();
  server.close();
});

async function start(settings: Record<string, string> = {}): Promise<Hub> {
  const { port } = server.address() as AddressInfo;
  const model = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_MODEL: 'm' };
  return home.hub({}, { ...model, CARRIER_REPLY_TIMEOUT_MS: '20000', ...settings });
}

async function sendFiles(hub: Hub, roomId: string, files: string[], text = 'read these'): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ userId: 'alice', roomId, text })) form.set(name, value);
  for (const [i, content] of files.entries()) form.append('file', new Blob([content]), `notes-${i}.txt`);
  const headers = { Authorization: `Bearer ${hub.token.secret}` };
  return fetch(`${hub.url}/assistant/message`, { method: 'POST', headers, body: form });
}

const prose = 'All work and no play makes Jack a dull boy. ';
const textOf = (bytes: number) => prose.repeat(Math.ceil(bytes / prose.length)).slice(0, bytes);

it('[security.2] four messages of 8 files of 20 kB do not silence their room: all that follow are answered', async () => {
  length = 128_000;
  const hub = await start({ OPENAI_CONTEXT_TOKENS: '128000' });
  const files = Array.from({ length: 8 }, () => textOf(20_000));
  for (let i = 0; i < 4; i++) expect((await sendFiles(hub, 'hall', files)).status).toBe(200);
  const client = api(hub.url, hub.token.secret);
  for (let i = 0; i < 17; i++) {
    const { reply } = await client.send('assistant', {
      userId: 'bob',
      roomId: 'hall',
      text: `question ${i}`,
    });
    expect(reply?.text).toBe('ok');
  }
  expect(refused).toEqual([]);
  // The files themselves were read where they were sent; what comes later has the newest of them.
  expect(asked[0]!.text.split(prose).length).toBeGreaterThan(1000);
  const last = asked.findLast(({ text }) => !text.startsWith('You keep the summary'))!;
  expect(last.text).toContain(prose);
  expect(last.text.split(prose).length).toBeLessThan(asked[0]!.text.split(prose).length / 2);
  expect(last.text).toContain('"notes-7.txt"');
});

it.each([
  ['Chinese', '今天天气很好我们去公园散步吧', 8000],
  ['emoji', '😀🎉👩‍👩‍👧‍👦', 4000],
  ['bytes in base64', Buffer.from(textOf(9000)).toString('base64'), 3],
  ['one letter a line', 'x\n', 15_000],
])(
  '[security.2] a burst and its files are cut to what the model reads, and say so: %s',
  async (_, piece, times) => {
    length = 16_384;
    const hub = await start();
    const text = piece.repeat(times).slice(0, 30_000);
    const client = api(hub.url, hub.token.secret);
    const answers = Array.from({ length: 3 }, () =>
      client.post('assistant', { userId: 'alice', roomId: 'r', text }),
    );
    for (const response of await Promise.all(answers)) expect(response.status).toBe(200);
    expect((await sendFiles(hub, 'r', [text, text])).status).toBe(200);
    expect(refused).toEqual([]);
    // The model is asked in the background, too: for a summary, say.
    const saying = (what: RegExp) => asked.filter(({ text }) => what.test(text));
    expect(saying(/\[cut: this is the beginning of the file\]/)).not.toEqual([]);
    expect(saying(/\[cut: the first [\d,]+ of [\d,]+ characters\]/)).not.toEqual([]);
  },
);

it('[security.2] a model that reads less than the hub believes is asked once more, with less', async () => {
  length = 9000;
  const hub = await start({ OPENAI_CONTEXT_TOKENS: '16384' });
  const client = api(hub.url, hub.token.secret);
  const { reply } = await client.send('assistant', { userId: 'alice', roomId: 'r', text: textOf(31_000) });
  expect(reply?.text).toBe('ok');
  expect([refused.length, asked.length]).toEqual([1, 1]);
});

it('[security.2] one that is too short for the smallest prompt says so, under its own code', async () => {
  length = 300;
  const hub = await start();
  const client = api(hub.url, hub.token.secret);
  const response = await client.post('assistant', { userId: 'alice', roomId: 'r', text: 'hi' });
  expect(response.status).toBe(502);
  expect(refused.length).toBe(2);
});
