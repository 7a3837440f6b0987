/** What `carrier doctor` says of a hub that cannot be as it should; everything is looked at, whatever fails. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';

describe('[http-and-cli.1] carrier doctor', () => {
  let home: Home;
  let telegram: TelegramServer;
  let service: Server | undefined;
  beforeEach(async () => {
    home = new Home();
    telegram = await startTelegramServer();
  });
  afterEach(async () => {
    await telegram.stop();
    service?.close();
    service = undefined;
    await home.dispose();
  });

  const doctor = (env: Record<string, string> = {}) => runDoctor(home, env);
  const plain = { name: 'Pip', bio: '.' };

  /** A model service that answers so. */
  async function answering(status: number): Promise<string> {
    service = createServer((_, res) => {
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(
        JSON.stringify({ error: { message: 'No: sk-secret-of-the-key', type: 'invalid_request_error' } }),
      );
    });
    await new Promise<void>((resolve) => service!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(service.address() as AddressInfo).port}/v1`;
  }

  it.each<[string, () => unknown, RegExp]>([
    [
      'a broken character',
      () => writeFileSync(join(home.characters, 'pip.json'), '{"name": "Pip",}'),
      /pip\.json: line 1, column 16: the comma/,
    ],
    [
      'a token of an agent that is not there',
      () => {
        rmSync(join(home.characters, 'assistant.json'));
        home.character('pip', plain);
        return { TELEGRAM_TOKEN: '1:AAtoken' };
      },
      /TELEGRAM_TOKEN\n.*is for the agent "assistant", and there is none; set CARRIER_AGENT .*: good, pip/,
    ],
    [
      'a misspelt key of a character',
      () => home.character('pip', { ...plain, modles: ['offline'] }),
      /modles: unknown; did you mean "models"/,
    ],
    [
      'a misspelt plugin',
      () => home.character('pip', { ...plain, plugins: ['tme'] }),
      /pip: plugins\[0\]\n.*did you mean "time"/,
    ],
    [
      'a plugin file that is missing',
      () => home.character('pip', { ...plain, plugins: ['./lost.js'] }),
      /no file .*lost\.js/,
    ],
    [
      'a model whose provider has no key',
      () => home.character('pip', { ...plain, models: ['openai:gpt-4.1'] }),
      /Model openai:gpt-4\.1\n.*\n.*OPENAI_API_KEY/,
    ],
    [
      'a model of no provider',
      () => home.character('pip', { ...plain, models: ['opnai:gpt-4.1'] }),
      /did you mean "openai"/,
    ],
    [
      'a connector that is none',
      () => home.character('pip', { ...plain, connectors: { discrod: {} } }),
      /did you mean "discord"/,
    ],
    [
      'a token that is not set',
      () => home.character('pip', { ...plain, connectors: { discord: { token: 'env:DISCORD_TOKEN_PIP' } } }),
      /DISCORD_TOKEN_PIP is not there/,
    ],
    [
      'a file of a secret that is missing',
      () => ({ DISCORD_TOKEN_FILE: '/nowhere/token' }),
      /DISCORD_TOKEN_FILE: \/nowhere\/token cannot be read/,
    ],
    [
      'no character at all',
      () => {
        for (const id of ['assistant', 'good']) rmSync(join(home.characters, `${id}.json`));
      },
      /there is no usable character/,
    ],
    ['no folder of characters', () => rmSync(home.characters, { recursive: true }), /CARRIER_CHARACTERS_DIR/],
    [
      'a misspelt setting of the hub',
      () => ({ CARRIER_CONCURENCY: '3' }),
      /did you mean "CARRIER_CONCURRENCY"/,
    ],
    ['a misspelt setting of a connector', () => ({ DISCORD_TOKN: 'x' }), /did you mean DISCORD_TOKEN/],
    ['an embedder that is none', () => ({ CARRIER_EMBEDDER: 'opnai' }), /did you mean "openai"/],
    ['an extension that is missing', () => ({ CARRIER_EXTENSIONS: './lost.js' }), /no file .*lost\.js/],
    [
      'a model service that is not there',
      () => ({ OLLAMA_HOST: '127.0.0.1:1' }),
      /Cannot reach ollama.*OLLAMA_HOST/,
    ],
    [
      'a data folder in whose place a file is',
      () => writeFileSync(join(home.folder, 'data'), ''),
      /a file is in its place.*CARRIER_DATA_DIR/,
    ],
    [
      'a data folder that cannot be made',
      () => ({ CARRIER_DATA_DIR: '/proc/data' }),
      /data folder.*\n.*CARRIER_DATA_DIR/,
    ],
  ])('names %s, and looks at all the rest', async (_, break_, said) => {
    home.character('good', { ...plain, connectors: { telegram: { token: 'file:good' } } });
    const env = break_() as Record<string, string> | undefined;
    home.secret('good', telegram.token);
    const before = existsSync(home.characters) ? readdirSync(home.folder) : [];
    const result = await doctor({
      TELEGRAM_API_URL: telegram.url,
      ...env,
    });
    expect(result.said).toMatch(said);
    expect(result.code).toBe(1);
    expect(result.said).toMatch(/\n\d to mend\.\n$/);
    expect(result.said).not.toContain(telegram.token);
    if (existsSync(home.characters) && readdirSync(home.characters).length > 0) {
      expect(result.said).toMatch(/good on Telegram\n( {2}ok {2}.*\n)*.*@eliza_bot/);
      expect(readdirSync(home.folder)).toEqual(before);
    }
  });

  it.each([401, 403, 500])('asks each model service once, and shows no key: %d', async (status) => {
    const OPENAI_BASE_URL = await answering(status);
    let asked = 0;
    service!.on('request', () => asked++);
    home.character('pip', { ...plain, models: ['openai', 'offline'] });
    const { code, said } = await doctor({ OPENAI_BASE_URL, OPENAI_API_KEY: 'sk-secret-of-the-key' });
    expect(code).toBe(1);
    expect(said).toMatch(/Model openai\n.*openai at 127\.0\.0\.1:\d+ answers\n/);
    if (status === 401) expect(said).toContain('Check OPENAI_API_KEY');
    expect(said).not.toContain('sk-secret');
    expect(asked).toBe(1);
  });

  it('says that requests carry no key, which may be meant, and nothing of it on this machine', async () => {
    const OPENAI_BASE_URL = await answering(200);
    service!.removeAllListeners('request').on('request', (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ object: 'list', data: [{ id: 'gpt-4.1-mini', object: 'model' }] }));
    });
    const here = await doctor({ OPENAI_BASE_URL });
    expect(here.said).toMatch(/Model openai\n {2}ok {2}.* answers\n(?![\s\S]*carry no key)/);
    expect(here.said).toMatch(/All is well\.\n$/);
    // Leads here, too, and nobody can tell by its name.
    const elsewhere = await doctor({ OPENAI_BASE_URL: OPENAI_BASE_URL.replace('127.0.0.1', '0.0.0.0') });
    expect(elsewhere.said).toContain('carry no key; set OPENAI_API_KEY');
    expect(elsewhere.said).toMatch(/All is well\.\n$/);
    expect([here.code, elsewhere.code]).toEqual([0, 0]);
  });

  it('names a secret that the store does not have, and lists what was added', async () => {
    writeFileSync(
      join(home.folder, 'mine.js'),
      "export default { [Symbol.for('carrier.extension')]: 1, kind: 'agentType', name: 'mine', create: () => {} };",
    );
    writeFileSync(join(home.folder, 'package.json'), '{"type": "module"}');
    home.character('pip', { ...plain, type: 'mine', connectors: { discord: { token: 'secret:pip' } } });
    const { code, said } = await doctor({ CARRIER_EXTENSIONS: './mine.js' });
    expect(said).toContain('"mine" of ./mine.js is loaded');
    expect(said).toMatch(/no {2}pip: connectors\.discord\.token\n.*carrier secrets set pip/);
    expect(code).toBe(1);
  });
});
