/** `carrier init` without a terminal, as scripts, containers and pipes run it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsIn } from '../../src/cli/environment-file.js';
import { findOllama } from '../../src/llm/ollama/find.js';
import { json, type Script, scriptedServer } from '../llm/scripted-server.js';
import { startTelegramServer } from '../platforms/telegram/server.js';
import { says } from '../support/providers.js';
import { noTerminal, Terminal } from '../support/terminal.js';
import { carrier, entry } from './carrier.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'carrier-init-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const init = (args: string[], env: Record<string, string> = {}) =>
  carrier(['init', ...args], { cwd: home, env: { CARRIER_EMBEDDER: 'none', ...env } });
const settings = () => settingsIn(readFileSync(join(home, '.env')));
const file = (name: string, text: string) => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};
const agent = ['--template', 'helpdesk', '--agent-name', 'Hugo'];
const alone = [...agent, '--platforms', 'none'];

/** A server of OpenAI's protocol with these models, and Ollama's own list of them. */
const serving =
  (...names: string[]): Script =>
  (response, received) => {
    if (received.path === '/api/tags')
      return json(200, { models: names.map((name) => ({ name })) })(response, received);
    if (received.path.endsWith('/models'))
      return json(200, { data: names.map((id) => ({ id })) })(response, received);
    if (!names.includes(received.body.model))
      return json(404, { error: { message: 'no such model' } })(response, received);
    return says('Ahoy.')(response, received);
  };

describe('[seen.37] carrier init without a terminal', () => {
  it('says so at once, names the flags, and touches nothing', async () => {
    const ended = await init([]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /needs a terminal.*--model, --template, --agent-name, --platforms, --who.*--yes/,
    );
    expect((await init(['--model', 'offline', ...agent])).stderr).toMatch(/give --platforms, --who,/);
    expect(readdirSync(home)).toEqual([]);
  });

  it.skipIf(noTerminal)('says so, too, where only its output goes into a pipe', async () => {
    const command = `"${process.execPath}" "${entry}" init | cat`;
    const terminal = new Terminal(command, { cwd: home, env: { PATH: process.env.PATH!, HOME: home } });
    await terminal.shows(/needs a terminal/);
    await terminal.ended();
    terminal.close();
    expect(readdirSync(home)).toEqual([]);
  });

  it('runs through with all flags, and shows the agent’s answer', async () => {
    const telegram = await startTelegramServer();
    const token = file('token', `"${telegram.token}"\r\n`);
    const platforms = [
      '--platforms',
      'telegram',
      '--telegram-token-file',
      token,
      '--who',
      'places',
      '--owner',
      '77',
    ];
    const ended = await init(['--model', 'offline', ...agent, ...platforms], {
      TELEGRAM_API_URL: telegram.url,
    });
    await telegram.stop();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/Hugo: Hello!/);
    expect(ended.stdout).not.toContain(telegram.token);
    expect(settings()).toEqual({ TELEGRAM_TOKEN: telegram.token, CARRIER_AGENT: 'hugo' });
    expect(statSync(join(home, '.env')).mode & 0o777).toBe(0o600);
    const character = JSON.parse(readFileSync(join(home, 'characters/hugo.json'), 'utf8'));
    expect(character.connectors).toEqual({ telegram: { dm: 'pairing', places: 'open', operators: ['77'] } });
    // A second agent has an account of its own, and leaves the first its.
    const more = [
      '--model',
      'keep',
      '--template',
      'helpdesk',
      '--agent-name',
      'Second',
      '--no-test',
      '--unchecked',
    ];
    const second = await init([
      ...more,
      '--platforms',
      'telegram',
      '--telegram-token-file',
      file('t2', '77:other'),
      '--who',
      'open',
    ]);
    expect(second).toMatchObject({ code: 0 });
    expect(settings()).toMatchObject({
      TELEGRAM_TOKEN: telegram.token,
      TELEGRAM_TOKEN_SECOND: '77:other',
      CARRIER_AGENT: 'hugo',
    });
    const own = JSON.parse(readFileSync(join(home, 'characters/second.json'), 'utf8'));
    expect(own.connectors.telegram.token).toBe('env:TELEGRAM_TOKEN_SECOND');
  });

  it('never stops at a question with --yes, run once and again', async () => {
    expect(await init(['--yes'])).toMatchObject({ code: 0 });
    const before = readFileSync(join(home, 'characters/ada.json'), 'utf8');
    expect((await init(['--yes'])).stdout).toContain('Nothing: all is as it was.');
    expect(readFileSync(join(home, 'characters/ada.json'), 'utf8')).toBe(before);
  });

  it.each([
    [['--model', 'nobody'], 'must be one of'],
    [['--model', 'offline', '--template', 'no-such'], 'must be one of'],
    [['--model', 'offline', ...agent, '--agent-id', 'agents'], 'the hub has routes of that name'],
    [['--model', 'openai'], '--openai-api-key-file FILE, or OPENAI_API_KEY in the environment'],
    [['--yes', '--platforms', 'telegram'], '--telegram-token-file'],
    [['--yes', '--telegram-token', '4242:secret'], 'unknown option'],
  ])('writes nothing where %j cannot be used', async (flags, problem) => {
    const ended = await init([...flags, ...(flags.includes('--yes') ? [] : ['--yes'])]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(problem);
    expect(readdirSync(home)).toEqual([]);
  });

  it('writes nothing where a platform refuses the token, unless it is told to', async () => {
    const telegram = await startTelegramServer();
    const token = file('token', '4242:AAwrong-token_that-nobody-has-made');
    const flags = ['--yes', '--no-test', '--platforms', 'telegram', '--telegram-token-file', token];
    const refused = await init(flags, { TELEGRAM_API_URL: telegram.url });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/token: .*--unchecked/);
    expect(existsSync(join(home, '.env'))).toBe(false);
    expect(await init([...flags, '--unchecked'], { TELEGRAM_API_URL: telegram.url })).toMatchObject({
      code: 0,
    });
    await telegram.stop();
  });
});

describe('[seen.38] files that are there', () => {
  it('change by what was chosen alone', async () => {
    const env = "# mine\nOPENAI_MODEL = 'x' # odd\nUNRELATED='a$b c # d'\n";
    file('.env', env);
    const config = '{\n    "endpoints": {},\n\n    "settings": { "http": {} }\n}';
    file('carrier.config.json', config);
    const { url } = await scriptedServer(serving('tiny'));
    const secret = '{"a":"b$c # d"}';
    const flags = [
      '--model',
      'other:tiny',
      '--endpoint-url',
      `${url}/v1`,
      '--endpoint-name',
      'loft',
      ...alone,
      '--no-test',
      '--unchecked',
    ];
    const ended = await init([...flags, '--endpoint-key-file', file('key', ` ${secret}\n`)]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(home, '.env'), 'utf8')).toBe(
      `${env}LOFT_API_KEY='${secret}'\nCARRIER_MODELS=loft:tiny\n`,
    );
    const shown = execFileSync('sh', ['-c', 'set -a; . ./.env; printf %s "$LOFT_API_KEY"'], {
      cwd: home,
      encoding: 'utf8',
    });
    expect(shown).toBe(secret);
    expect(readFileSync(join(home, 'carrier.config.json'), 'utf8')).toMatch(
      /\},\n\n {4}"settings": \{ "http": \{\} \}\n\}$/,
    );
    const several = await init([...flags, '--endpoint-key-file', file('key', 'one\nINJECTED=1')]);
    expect(several).toMatchObject({ code: 1, stderr: expect.stringContaining('several lines') });
  });
});

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
    const refused = await carrier(['doctor'], { cwd: home, env });
    expect(refused.stdout).toMatch(
      /OPENAI_API_KEY is a key of OpenAI's, and is not sent to 127.*OPENAI_KEY_HOST=127/,
    );
    expect(received).toEqual([]);
    const said = await carrier(['doctor'], {
      cwd: home,
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
