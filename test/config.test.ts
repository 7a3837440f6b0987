import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';

const settingsInCode = [
  ...readFileSync(new URL('../src/config.ts', import.meta.url), 'utf8').matchAll(/^\s{4}([A-Z][A-Z_]+):/gm),
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
