/** Spoken messages become words, by OpenAI's transcription protocol and its own SDK. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';

interface Heard {
  path: string;
  key: string | undefined;
  body: string;
}

let home: Home;
let hub: HubProcess | undefined;
let server: Server;
let heard: Heard[];
let prompts: string[];
let answer: { status: number; body: object };

beforeEach(async () => {
  home = new Home();
  home.character('ada', { name: 'Ada', bio: 'A helper.', plugins: [] });
  [heard, prompts, answer] = [[], [], { status: 200, body: { text: 'buy milk and eggs' } }];
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString('latin1');
    if (request.url!.endsWith('/audio/transcriptions')) {
      heard.push({ path: request.url!, key: request.headers.authorization, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(answer.body));
    }
    prompts.push(body);
    const choice = { index: 0, delta: { content: 'noted' }, finish_reason: 'stop' };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [choice] })}\n\ndata: [DONE]\n\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await hub?.end('SIGKILL');
  server.closeAllConnections();
  server.close();
  await home.dispose();
});

/** The head of an Ogg file with sound. */
const sound = Buffer.concat([
  Buffer.from('OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02', 'latin1'),
  Buffer.alloc(2000, 7),
]);

async function start(more: Record<string, string> = {}): Promise<string> {
  hub = new HubProcess({
    ...home.settings({
      OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      OPENAI_API_KEY: 'sk-hearing-test',
      CARRIER_MODELS: 'openai:m',
      ...more,
    }),
    HOME: home.folder,
  });
  return hub.start();
}

async function speak(url: string): Promise<number> {
  const form = new FormData();
  form.append('userId', 'alice');
  form.append('file', new Blob([sound], { type: 'application/octet-stream' }), 'voice.ogg');
  const headers = { authorization: `Bearer ${hub!.token}` };
  const response = await fetch(`${url}/ada/message`, { method: 'POST', headers, body: form });
  return response.status;
}

describe('a spoken message', () => {
  it('is heard once, and read by the model', async () => {
    const url = await start({ OPENAI_TRANSCRIPTION_MODEL: 'whisper-1' });
    expect(await speak(url)).toBe(200);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ path: '/v1/audio/transcriptions', key: 'Bearer sk-hearing-test' });
    expect(heard[0]!.body).toMatch(/name="model"\r\n\r\nwhisper-1/);
    expect(heard[0]!.body).toContain('filename="recording.ogg"');
    expect(prompts.at(-1)).toContain('buy milk and eggs');
    const headers = { authorization: `Bearer ${hub!.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ userId: 'alice', text: 'what did I say?' });
    await fetch(`${url}/ada/message`, { method: 'POST', headers, body });
    expect(prompts.at(-1)).toContain('buy milk and eggs');
    expect(heard).toHaveLength(1);
  });

  it.each([
    ['nothing hears', {}, { status: 200, body: { text: 'x' } }, 0],
    [
      'hearing is turned off',
      { OPENAI_TRANSCRIPTION_MODEL: 'none' },
      { status: 200, body: { text: 'x' } },
      0,
    ],
    [
      'the service refuses',
      { OPENAI_TRANSCRIPTION_MODEL: 'whisper-1' },
      { status: 400, body: { error: { message: 'no' } } },
      1,
    ],
    [
      'there are no words',
      { OPENAI_TRANSCRIPTION_MODEL: 'whisper-1' },
      { status: 200, body: { text: ' ' } },
      1,
    ],
  ])('is named where %s, and answered', async (_, settings, gives, calls) => {
    answer = gives;
    const url = await start(settings);
    expect(await speak(url)).toBe(200);
    expect(heard).toHaveLength(calls);
    expect(prompts.at(-1)).toContain('cannot be heard here');
  });
});
