/** `carrier init` in a pseudo-terminal, by what the screen says alone. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsIn } from '../../src/cli/environment-file.js';
import { json, type Script, scriptedServer } from '../llm/scripted-server.js';
import { startTelegramServer } from '../platforms/telegram/server.js';
import { HubProcess } from '../support/hub-process.js';
import { says } from '../support/providers.js';
import { noTerminal, Terminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { carrier, entry } from './carrier.js';
import { type Answers, answerAll } from './wizard.js';

const key = 'key-that-is-good-123';
/** As a small server of OpenAI's protocol: it wants a key, has one model, and answers. */
const models: Script = (response, received) => {
  if (received.headers.authorization !== `Bearer ${key}`)
    return json(401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } })(
      response,
      received,
    );
  if (received.path.endsWith('/models')) return json(200, { data: [{ id: 'tiny' }] })(response, received);
  return says('Coo! I am well, and at your service.')(response, received);
};

describe.skipIf(noTerminal)(`carrier init in a terminal${noTerminal ? ` (${noTerminal})` : ''}`, () => {
  let home: string;
  let terminal: Terminal;
  let env: Record<string, string>;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'carrier-init-'));
    env = { PATH: process.env.PATH!, HOME: home, CARRIER_PORT: '0', CARRIER_EMBEDDER: 'none' };
  });
  afterEach(() => {
    terminal.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
  const open = () => new Terminal(`"${process.execPath}" "${entry}" init`, { cwd: home, env });

  it('leads through three wrong answers to a bot that answers on Telegram, and a doctor who finds nothing', async () => {
    const { url } = await scriptedServer(models);
    const telegram = await startTelegramServer();
    env.TELEGRAM_API_URL = telegram.url;
    const alice = telegram.world.user('Alice');
    terminal = open();
    const answers: Answers = [
      [/Which model shall answer/, 'another server'],
      [/Its address, as in/, `${url}/v1`],
      [/A name for it/, 'loft'],
      [/Its key/, 'key-that-is-wrong', `"${key}" `],
      [/That did not work/, 'Type it again'],
      [/Which of its models/, 'tiny'],
      [/Which agent/, 'a new helpdesk'],
      [/What is it called/, 'x'.repeat(81), 'Hugo'],
      [/Its id/, 'hugo'],
      [/On which platforms/, 'telegram'],
      [/TELEGRAM_TOKEN/, '4242:AAwrong-token_that-nobody-has-made', telegram.token],
      [/Who may talk/, 'Those whom you let in'],
      [/Your own user id on telegram/, String(alice.id)],
    ];
    const seen: string[] = [];
    expect(await answerAll(terminal, answers, seen)).toBe(0);
    const screen = terminal.all();
    expect(screen).toMatch(/does not accept the key/);
    expect(seen.join('\n')).toMatch(/at most 80 characters/);
    expect(screen).toMatch(/Hugo: Coo! I am well, and at your service\./);
    for (const secret of [key, telegram.token, 'key-that-is-wrong']) expect(screen).not.toContain(secret);
    expect(statSync(join(home, '.env')).mode & 0o777).toBe(0o600);
    expect(settingsIn(readFileSync(join(home, '.env')))).toEqual({
      LOFT_API_KEY: key,
      CARRIER_MODELS: 'loft:tiny',
      TELEGRAM_TOKEN: telegram.token,
      CARRIER_AGENT: 'hugo',
    });

    const hub = new HubProcess({ ...env, CARRIER_DATA_DIR: join(home, 'data') });
    await hub.start();
    const chat = telegram.world.dm(alice);
    telegram.people.say(chat, alice, 'How are you?');
    await until(() => telegram.said(chat).some(({ text }) => text?.includes('at your service')));
    expect(await carrier(['doctor'], { cwd: home, env })).toMatchObject({ code: 0, stderr: '' });
    await hub.end('SIGTERM');
    await telegram.stop();
  }, 120_000);

  it.each([
    ['Ctrl-C', 'C-c'],
    ['Esc', 'Escape'],
  ])(
    'is left by %s at any question, and nothing is written',
    async (_, pressed) => {
      writeFileSync(join(home, '.env'), '# mine\nDISCORD_PREVIEWS=true\n', { mode: 0o640 });
      const before = { ...statSync(join(home, '.env')) };
      for (const [at, answers] of [
        [/Which model/, []],
        [
          /What is it called/,
          [
            [/Which model/, 'offline'],
            [/Which agent/, 'team assistant'],
          ],
        ],
        [
          /TELEGRAM_TOKEN/,
          [
            [/Which model/, 'offline'],
            [/Which agent/, 'team assistant'],
            [/called/, 'Ada'],
            [/Its id/, 'ada'],
            [/platforms/, 'telegram'],
          ],
        ],
      ] as [RegExp, Answers][]) {
        terminal = open();
        await answerAll(terminal, answers).catch(() => {});
        await terminal.sees(at);
        terminal.keys(pressed);
        expect(await terminal.ended()).toBe(130);
        expect(terminal.all()).toContain('Nothing was written.');
        terminal.close();
      }
      expect(readdirSync(home)).toEqual(['.env']);
      expect(readFileSync(join(home, '.env'), 'utf8')).toBe('# mine\nDISCORD_PREVIEWS=true\n');
      expect(statSync(join(home, '.env')).mtimeMs).toBe(before.mtimeMs);
    },
    120_000,
  );

  it('shows what is set without telling it, run again, and changes only what is chosen', async () => {
    const text = "# my keys\nOPENAI_API_KEY='sk-mine-123456789'   # paid\nCARRIER_MODELS=offline\n";
    writeFileSync(join(home, '.env'), text);
    await carrier(['init', '--yes', '--agent-name', 'Ada', '--no-test'], { cwd: home, env });
    const character = readFileSync(join(home, 'characters/ada.json'), 'utf8');
    terminal = open();
    const answers: Answers = [
      [/Which model/, 'As it is'],
      [/Which agent/, 'ada, as it is'],
      [/platforms/, 'slack'],
    ];
    await answerAll(terminal, answers).catch(() => {});
    await terminal.sees(/SLACK_BOT_TOKEN/);
    expect(terminal.all()).toMatch(/"app_mentions:read"/);
    expect(terminal.all()).toMatch(/"display_name": "Ada"/);
    expect(terminal.all()).not.toContain('sk-mine');
    terminal.keys('C-c');
    await terminal.ended();
    expect(readFileSync(join(home, '.env'), 'utf8')).toBe(text);
    expect(readFileSync(join(home, 'characters/ada.json'), 'utf8')).toBe(character);
    expect(existsSync(join(home, 'carrier.config.json'))).toBe(false);
  }, 60_000);
});
