import { expect, it } from 'vitest';
import { z } from 'zod';
import { plaintextLinks, staysHere } from '../../src/agents/plaintext-links.js';
import { type Config, readConfig } from '../../src/config.js';
import type { Agent } from '../../src/core/character.js';
import type { ExtensionBase } from '../../src/extensions/extension.js';

const provider = {
  name: 'kestrel',
  settings: z.object({ baseUrl: z.url().optional(), apiKey: z.string().optional() }),
} as unknown as ExtensionBase;

function linksOf(env: Record<string, string>, more: Partial<Config> = {}, agents: object[] = []) {
  const config = { ...readConfig(env), ...more } as Config;
  return plaintextLinks(config, [provider], agents as Agent[]);
}

const shared = (redis: string, mongodb: string) => ({ REDIS_URL: redis, MONGODB_URL: mongodb });

it.each([
  'localhost',
  'LOCALHOST',
  'a.localhost',
  '127.0.0.1',
  '127.8.9.1',
  '[::1]',
  '::1',
  '%2Ftmp%2Fm.sock',
  '',
])('takes %j for this machine', (host) => expect(staysHere(host)).toBe(true));

it.each(['10.0.0.1', 'redis', 'localhost.example', '127.0.0.1.example', '[::2]', '[fe80::1]', '0.0.0.0'])(
  'takes %j for another machine',
  (host) => expect(staysHere(host)).toBe(false),
);

it.each<[Record<string, string>, string[]]>([
  [shared('redis://redis:6379', 'mongodb://db.example/'), ['REDIS_URL', 'MONGODB_URL']],
  [shared('redis://127.0.0.1', 'mongodb://localhost:27017,127.0.0.1:27018/x?replicaSet=rs'), []],
  [shared('rediss://redis', 'mongodb://u:p@db.example:27017/?tls=true'), []],
  [shared('rediss://redis', 'mongodb://db.example/?SSL=true&tlsCAFile=/ca.pem'), []],
  [shared('rediss://redis', 'mongodb+srv://u:p@db.example/'), []],
  [shared('rediss://redis', 'mongodb+srv://db.example/?tls=false'), ['MONGODB_URL']],
  [shared('rediss://redis', 'mongodb://localhost,db.example/?tls=false'), ['MONGODB_URL']],
  [shared('rediss://redis', 'mongodb://%2Ftmp%2Fmongodb-27017.sock/'), []],
  [
    { ...shared('redis://localhost', 'mongodb://localhost'), REDIS_SENTINELS: '10.0.0.7:26379' },
    ['REDIS_URL'],
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, ['OTEL_EXPORTER_OTLP_ENDPOINT']],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, []],
  [{ KESTREL_BASE_URL: 'http://models.example/v1', KESTREL_API_KEY: 'http' }, ['KESTREL_BASE_URL']],
  [{ KESTREL_BASE_URL: 'HTTP://models.example/v1' }, ['KESTREL_BASE_URL']],
  [{ KESTREL_BASE_URL: 'https://models.example/v1' }, []],
  [{ KESTREL_BASE_URL: 'http://127.0.0.1:11434/v1' }, []],
])('names what of %j can be read on its way', (env, fields) => {
  expect(linksOf(env).map(({ field }) => field)).toEqual(fields);
});

it('names endpoints, tool sources and characters, and neither a password nor a path', () => {
  const endpoints = {
    far: { models: {}, limits: {}, settings: { baseUrl: 'http://ann:secret@models.example/secret' } },
    near: { models: {}, limits: {}, settings: { baseUrl: 'http://localhost/v1' } },
  };
  const toolSources = {
    shed: { mcp: { url: 'http://tools.example/mcp' } },
  } as unknown as Config['toolSources'];
  const agent = {
    id: 'ada',
    character: { bio: 'See http://page.example for more', connectors: { x: { url: 'http://far.example' } } },
  };
  const links = linksOf({}, { endpoints, toolSources }, [agent]);
  expect(links.map(({ field }) => field)).toEqual(['endpoints.far', 'toolSources.shed', 'the character ada']);
  expect(links[0]!.message).toContain('models.example');
  expect(JSON.stringify(links)).not.toContain('secret');
});
