import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';

const settingsInCode = [
  ...readFileSync(new URL('../src/environment.ts', import.meta.url), 'utf8').matchAll(
    /^\s{4}([A-Z][A-Z_]+):/gm,
  ),
].map((match) => match[1]!);

describe('settings', () => {
  it('have defaults for everything', () => {
    expect(readConfig({})).toMatchObject({
      http: { host: '127.0.0.1', port: 3000 },
      models: { chain: ['offline'] },
    });
  });

  it('take empty values as absent', () => {
    expect(readConfig({ CARRIER_PORT: '', OPENAI_API_KEY: ' ' }).models.chain).toEqual(['offline']);
  });

  it('choose the models that have what they need', () => {
    const { chain } = readConfig({
      OPENAI_API_KEY: 'k',
      ANTHROPIC_API_KEY: 'k',
      OLLAMA_HOST: 'http://localhost:11434',
    }).models;
    expect(chain).toEqual(['openai', 'anthropic', 'ollama']);
    expect(readConfig({ OPENAI_API_KEY: 'k', CARRIER_MODELS: 'offline' }).models.chain).toEqual(['offline']);
  });

  it.each([
    ['CARRIER_PORT', '99999'],
    ['CARRIER_PORT', 'http'],
    ['CARRIER_LOG_LEVEL', 'loud'],
    ['CARRIER_MODELS', 'gpt-4'],
    ['CARRIER_CALLBACK_ALLOW_PRIVATE', 'perhaps'],
    ['OPENAI_BASE_URL', 'not a url'],
    ['CARRIER_EMBEDDER', 'magic'],
    ['CARRIER_RETENTION_DAYS', '0'],
    ['CARRIER_RETENTION_DAYS', 'a week'],
    ['MONGODB_READ_PREFERENCE', 'secondary'],
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
      const path = file('key', 'sk-of-a-file\n');
      expect(readConfig({ OPENAI_API_KEY_FILE: path }).models).toMatchObject({
        chain: ['openai'],
        openai: { apiKey: 'sk-of-a-file' },
      });
    });

    it('and are refused by that name when they cannot be', () => {
      const key = file('key', 'one');
      const refused = (settings: Record<string, string>) =>
        expect(() => readConfig(settings)).toThrow(
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
