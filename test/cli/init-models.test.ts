/** Model servers and their keys in `carrier init` without a terminal. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOllama } from '../../src/llm/ollama/find.js';
import { scriptedServer } from '../llm/scripted-server.js';
import { carrier } from './carrier.js';
import { alone, InitHome, serving } from './init-home.js';

let home: InitHome;
beforeEach(() => {
  home = new InitHome();
});
afterEach(() => home.dispose());

const init: InitHome['init'] = (args, env) => home.init(args, env);
const settings = () => home.settings();
const file = (name: string, text: string) => home.file(name, text);

describe('[seen.39] providers keep their keys', () => {
  it('each its own, there and back, and none is sent to another', async () => {
    const mine = await scriptedServer(serving('big'));
    const cloud = await scriptedServer(serving('gpt-oss'));
    const other = (url: string, name: string, key: string) => [
      '--model',
      'other',
      '--endpoint-url',
      `${url}/v1`,
      '--endpoint-name',
      name,
      '--endpoint-key-file',
      file(name, key),
      ...alone,
    ];
    expect(await init(other(mine.url, 'mine', 'key-of-mine'))).toMatchObject({ code: 0 });
    const again = ['--template', 'hugo'];
    expect(await init([...other(cloud.url, 'cloud', 'key-of-cloud'), ...again])).toMatchObject({ code: 0 });
    expect(settings()).toMatchObject({ CARRIER_MODELS: 'cloud:gpt-oss', MINE_API_KEY: 'key-of-mine' });
    const before = mine.received.length;
    const back = [
      '--model',
      'other',
      '--endpoint-url',
      `${mine.url}/v1`,
      '--endpoint-name',
      'mine',
      ...alone,
      ...again,
    ];
    expect(await init(back)).toMatchObject({ code: 0 });
    expect(mine.received.length).toBeGreaterThan(before);
    expect(settings()).toEqual({
      CARRIER_MODELS: 'mine:big',
      MINE_API_KEY: 'key-of-mine',
      CLOUD_API_KEY: 'key-of-cloud',
    });
    for (const [{ received }, key] of [
      [mine, 'key-of-mine'],
      [cloud, 'key-of-cloud'],
    ] as const)
      for (const { path, headers } of received)
        if (path !== '/api/tags') expect(headers.authorization).toBe(`Bearer ${key}`);
  });

  it('also where an address was set for another server before', async () => {
    file('.env', 'OPENAI_BASE_URL=http://127.0.0.1:9/v1\n');
    const ended = await init([
      '--yes',
      '--model',
      'openai',
      '--openai-api-key-file',
      file('key', 'sk-proj-mine'),
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/OPENAI_BASE_URL leads to .*would be sent there/);
  });

  it('and at run time a key that OpenAI has made goes to no other host without a word', async () => {
    const { url, received } = await scriptedServer(serving('gpt-4.1-mini'));
    const env = {
      OPENAI_API_KEY: 'sk-proj-abcT3BlbkFJdef',
      OPENAI_BASE_URL: `${url}/v1`,
      CARRIER_EMBEDDER: 'none',
    };
    const refused = await carrier(['doctor'], { cwd: home.folder, env });
    expect(refused.stdout).toMatch(
      /OPENAI_API_KEY is a key of OpenAI's, and is not sent to 127.*OPENAI_KEY_HOST=127/,
    );
    expect(received).toEqual([]);
    const said = await carrier(['doctor'], {
      cwd: home.folder,
      env: { ...env, OPENAI_KEY_HOST: new URL(url).host },
    });
    expect(said).toMatchObject({ code: 0 });
    expect(received.length).toBeGreaterThan(0);
  });
});

describe('[seen.40] Ollama', () => {
  it.each(['', '/v1'])(
    'is found at its address, with %j behind it; its models are listed, and asked',
    async (path) => {
      const { url, received } = await scriptedServer(serving('llama3.2:latest', 'qwen3:4b'));
      const ended = await init(['--model', 'ollama:qwen3:4b', ...alone], { OLLAMA_HOST: `${url}${path}` });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toContain(`Found at ${url}`);
      expect(ended.stdout).toMatch(
        /container reaches it at http:\/\/host\.docker\.internal:\d+.*OLLAMA_HOST=0\.0\.0\.0/,
      );
      expect(settings()).toMatchObject({
        CARRIER_MODELS: 'ollama',
        OLLAMA_HOST: url,
        OLLAMA_MODEL: 'qwen3:4b',
      });
      expect(received.some(({ path: asked }) => asked === '/v1/chat/completions')).toBe(true);
    },
  );

  it('a model that is not there is named, with those that are', async () => {
    const { url } = await scriptedServer(serving('qwen3:4b'));
    const missing = await init(['--model', 'ollama:mistral', ...alone], { OLLAMA_HOST: url });
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has the model mistral: It has qwen3:4b/),
    });
  });

  it('is looked for on this machine and on the one of the container, and the address that answers is told', async () => {
    const { url } = await scriptedServer(serving('qwen3:4b'));
    const { port } = new URL(url);
    const signal = AbortSignal.timeout(10_000);
    const here = await findOllama({
      hosts: ['127.0.0.1', 'localhost', 'host.docker.internal'],
      port,
      signal,
    });
    expect(here.found[0]).toEqual({ settings: { host: url }, models: ['qwen3:4b'] });
    const nowhere = await findOllama({ hosts: ['127.0.0.1'], port: '9', signal });
    expect(nowhere).toMatchObject({
      found: [],
      advice: expect.stringMatching(/ollama serve.*host\.docker\.internal/),
    });
    const usual = await findOllama({ signal });
    expect(usual.tried).toEqual([
      'http://127.0.0.1:11434',
      'http://localhost:11434',
      'http://host.docker.internal:11434',
    ]);
  });
});
