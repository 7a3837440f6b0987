/** `carrier init` without a terminal, as scripts, containers and pipes run it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptedServer } from '../llm/scripted-server.js';
import { startTelegramServer } from '../platforms/telegram/server.js';
import { noTerminal, Terminal } from '../support/terminal.js';
import { entry } from './carrier.js';
import { agent, alone, InitHome, serving } from './init-home.js';

let home: InitHome;
beforeEach(() => {
  home = new InitHome();
});
afterEach(() => home.dispose());

const init: InitHome['init'] = (args, env) => home.init(args, env);
const settings = () => home.settings();
const file = (name: string, text: string) => home.file(name, text);

describe('[seen.37] carrier init without a terminal', () => {
  it('says so at once, names the flags, and touches nothing', async () => {
    const ended = await init([]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /needs a terminal.*--model, --template, --agent-name, --platforms, --who.*--yes/,
    );
    expect((await init(['--model', 'offline', ...agent])).stderr).toMatch(/give --platforms, --who,/);
    expect(readdirSync(home.folder)).toEqual([]);
  });

  it.skipIf(noTerminal)('says so, too, where only its output goes into a pipe', async () => {
    const command = `"${process.execPath}" "${entry}" init | cat`;
    const terminal = new Terminal(command, {
      cwd: home.folder,
      env: { PATH: process.env.PATH!, HOME: home.folder },
    });
    await terminal.sees(/needs a terminal/);
    await terminal.ended();
    terminal.close();
    expect(readdirSync(home.folder)).toEqual([]);
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
    expect(statSync(join(home.folder, '.env')).mode & 0o777).toBe(0o600);
    const character = JSON.parse(readFileSync(join(home.folder, 'characters/hugo.json'), 'utf8'));
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
    const own = JSON.parse(readFileSync(join(home.folder, 'characters/second.json'), 'utf8'));
    expect(own.connectors.telegram.token).toBe('env:TELEGRAM_TOKEN_SECOND');
  });

  it('never stops at a question with --yes, run once and again', async () => {
    expect(await init(['--yes'])).toMatchObject({ code: 0 });
    const before = readFileSync(join(home.folder, 'characters/ada.json'), 'utf8');
    expect((await init(['--yes'])).stdout).toContain('Nothing: all is as it was.');
    expect(readFileSync(join(home.folder, 'characters/ada.json'), 'utf8')).toBe(before);
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
    expect(readdirSync(home.folder)).toEqual([]);
  });

  it('writes nothing where a platform refuses the token, unless it is told to', async () => {
    const telegram = await startTelegramServer();
    const token = file('token', '4242:AAwrong-token_that-nobody-has-made');
    const flags = ['--yes', '--no-test', '--platforms', 'telegram', '--telegram-token-file', token];
    const refused = await init(flags, { TELEGRAM_API_URL: telegram.url });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/token: .*--unchecked/);
    expect(existsSync(join(home.folder, '.env'))).toBe(false);
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
    expect(readFileSync(join(home.folder, '.env'), 'utf8')).toBe(
      `${env}LOFT_API_KEY='${secret}'\nCARRIER_MODELS=loft:tiny\n`,
    );
    const shown = execFileSync('sh', ['-c', 'set -a; . ./.env; printf %s "$LOFT_API_KEY"'], {
      cwd: home.folder,
      encoding: 'utf8',
    });
    expect(shown).toBe(secret);
    expect(readFileSync(join(home.folder, 'carrier.config.json'), 'utf8')).toMatch(
      /\},\n\n {4}"settings": \{ "http": \{\} \}\n\}$/,
    );
    const several = await init([...flags, '--endpoint-key-file', file('key', 'one\nINJECTED=1')]);
    expect(several).toMatchObject({ code: 1, stderr: expect.stringContaining('several lines') });
  });
});
