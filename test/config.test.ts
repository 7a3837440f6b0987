import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { hubSettings } from '../src/environment.js';
import { Registry } from '../src/extensions/registry.js';
import { fieldsOf, settingName } from '../src/extensions/settings.js';

const registry = await Registry.open({ modules: [], folder: '.' });
const ofExtensions = (['connector', 'provider', 'embedder'] as const).flatMap((kind) =>
  registry
    .list(kind)
    .flatMap((extension) => fieldsOf(extension).map((field) => settingName(extension.name, field))),
);
const settingsInCode = [...new Set([...hubSettings, ...ofExtensions])];

const key = () => {
  const path = join(mkdtempSync(join(tmpdir(), 'carrier-key-')), 'key');
  writeFileSync(path, 'offline');
  return path;
};

describe('settings', () => {
  it('have defaults for everything', () => {
    expect(readConfig({})).toMatchObject({ http: { host: '127.0.0.1', port: 3000 }, models: { chain: [] } });
  });

  it('take empty values as absent', () => {
    expect(readConfig({ CARRIER_PORT: '', CARRIER_MODELS: ' ' })).toMatchObject({ http: { port: 3000 } });
  });

  it('[http-and-cli.7] warn of a name that has no meaning, with the one that was meant', () => {
    expect(readConfig({ CARRIER_PROT: '1' }).warnings).toEqual([
      'CARRIER_PROT is not a setting of the hub; did you mean "CARRIER_PORT"?',
    ]);
    expect(readConfig({ CARRIER_PORT: '1', CARRIER_MODELS_FILE: key() }).warnings).toEqual([]);
  });

  it.each([
    ['CARRIER_PORT', '99999'],
    ['CARRIER_PORT', 'http'],
    ['CARRIER_LOG_LEVEL', 'loud'],
    ['CARRIER_MODELS', 'GPT 4'],
    ['CARRIER_CALLBACK_ALLOW_PRIVATE', 'perhaps'],
    ['CARRIER_EMBEDDER', 'Magic'],
    ['CARRIER_RETENTION_DAYS', '0'],
    ['CARRIER_RETENTION_DAYS', 'a week'],
    ['MONGODB_READ_PREFERENCE', 'secondary'],
    ['CARRIER_TRUSTED_PROXIES', 'everyone'],
    ['CARRIER_TRUSTED_PROXIES', 'loopback, 10.0.0.0/33'],
    ['CARRIER_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['CARRIER_TRUSTED_PROXIES', 'fe80::1%eth0'],
    ['CARRIER_TRUSTED_PROXIES', '10.1'],
    ['CARRIER_RATE_TOKEN', '-1'],
    ['CARRIER_MAX_STREAMS', 'many'],
  ])('refuse %s=%s by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        field: name,
        message: expect.stringContaining(name),
      }),
    );
  });

  describe('may come from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-settings-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const file = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };

    it('without the line’s end that an editor leaves', () => {
      const { given } = readConfig({ OPENAI_API_KEY_FILE: file('key', 'sk-of-a-file\n') });
      expect(given.text('OPENAI_API_KEY')).toBe('sk-of-a-file');
    });

    it('and are refused by that name when they cannot be', () => {
      const key = file('key', 'one');
      const refused = (settings: Record<string, string>) =>
        expect(() => readConfig(settings).given.text('OPENAI_API_KEY')).toThrow(
          expect.objectContaining({ code: 'config_invalid', field: 'OPENAI_API_KEY_FILE' }),
        );
      refused({ OPENAI_API_KEY_FILE: join(folder, 'nowhere') });
      refused({ OPENAI_API_KEY_FILE: file('empty', '\n') });
      refused({ OPENAI_API_KEY_FILE: key, OPENAI_API_KEY: 'two' });
    });
  });

  it('put MongoDB’s password where its URL has room for one', () => {
    const shared = (settings: Record<string, string>) =>
      readConfig({ REDIS_URL: 'redis://host', ...settings }).cluster!.mongodbUrl;
    const MONGODB_PASSWORD = 'p@ss/w:rd$&';
    expect(shared({ MONGODB_URL: 'mongodb://ada@a,b/?tls=true', MONGODB_PASSWORD })).toBe(
      'mongodb://ada:p%40ss%2Fw%3Ard%24%26@a,b/?tls=true',
    );
    for (const MONGODB_URL of ['mongodb://host', 'mongodb://ada:other@host'])
      expect(() => shared({ MONGODB_URL, MONGODB_PASSWORD })).toThrow(/MONGODB_PASSWORD/);
  });

  it('cannot be changed afterwards', () => {
    const config = readConfig({});
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  });

  it('stand in .env.example, each with its default, and in no other file’s imagination', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const listed = [...example.matchAll(/^#?\s?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]!);
    expect(settingsInCode.length).toBeGreaterThan(20);
    expect([...new Set(listed)].sort()).toEqual([...settingsInCode].sort());
  });
});
