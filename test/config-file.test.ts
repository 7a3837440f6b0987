import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unknownInFile } from '../src/agents/check-hub.js';
import { Models } from '../src/agents/models.js';
import { readConfig } from '../src/config.js';
import { configSchema, readConfigFile } from '../src/config-file.js';
import { hubSettings } from '../src/environment.js';
import { Registry } from '../src/extensions/registry.js';
import { createLogger } from '../src/logger.js';
import { References } from '../src/secrets/references.js';

const guide = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
const [, example] = /```json\n([\s\S]+?)```/.exec(guide)!;

describe('carrier.config.json', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'carrier-config-'));
    path = join(folder, 'carrier.config.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (content: unknown) =>
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  const config = (content: unknown, env: Record<string, string> = {}) => {
    write(content);
    return readConfig({ CARRIER_CONFIG: path, ...env });
  };

  it('has a schema that is up to date; `npx vitest run test/config-file.test.ts -u` writes it anew', async () => {
    const text = `${JSON.stringify(configSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../docs/carrier.config.schema.json');
  });

  it('[structure.3] has an example in the guide that its schema and the hub take', () => {
    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(configSchema());
    expect(valid(JSON.parse(example!)), JSON.stringify(valid.errors)).toBe(true);
    const { endpoints, extensions, warnings } = config(example);
    expect(Object.keys(endpoints)).toEqual(['openai', 'groq', 'local']);
    expect(extensions.modules).toEqual(['carrier-connector-pager']);
    expect(warnings).toEqual([]);
  });

  it.each<[unknown, string, RegExp]>([
    ['{"models": [', 'CARRIER_CONFIG', /is not JSON: /],
    [[], '', /expected object/],
    [{ extensons: [] }, 'extensons', /"extensons" is not a field; did you mean "extensions"\?/],
    [
      { endpoints: { groq: { models: { 'llama-4': { seas: true } } } } },
      'endpoints.groq.models.llama-4.seas',
      /endpoints\.groq\.models\.llama-4: "seas" is not a field; did you mean "sees"\?/,
    ],
    [
      { endpoints: { groq: { models: { m: { price: { inputs: 1, input: 1, output: 1 } } } } } },
      'endpoints.groq.models.m.price.inputs',
      /did you mean "input"/,
    ],
    [
      { endpoints: { groq: { requestsPerMinute: 0 } } },
      'endpoints.groq.requestsPerMinute',
      /endpoints\.groq\.requestsPerMinute: .*>=1/,
    ],
    [
      { endpoints: { groq: { tokensPerMinute: 'many' } } },
      'endpoints.groq.tokensPerMinute',
      /endpoints\.groq\.tokensPerMinute/,
    ],
    [{ endpoints: { Groq: {} } }, 'endpoints.Groq', /endpoints\.Groq: .*a-z, 0-9/],
    [{ models: ['Groq:x'] }, 'models.0', /models\.0: must be a provider or an endpoint/],
    [{ hub: { MONGODB_PASSWORD: 'x' } }, 'hub.MONGODB_PASSWORD', /MONGODB_PASSWORD_FILE/],
    [{ hub: { CARRIER_CALLBACK_SECRET: 'x' } }, 'hub.CARRIER_CALLBACK_SECRET', /secrets do not stand here/],
    [
      { hub: { REDIS_URL: 'redis://:hunter2@host' } },
      'hub.REDIS_URL',
      /REDIS_URL: secrets do not stand here/,
    ],
    [{ hub: { CARRIER_CONFIG: 'x' } }, 'hub.CARRIER_CONFIG', /environment alone/],
    [
      { policy: { rules: [{ efect: 'deny', effect: 'deny' }] } },
      'policy.rules.0.efect',
      /policy\.rules\.0\.efect: unknown; did you mean "effect"\?/,
    ],
    [
      { policy: { rules: [{ effect: 'deny', role: 'boss' }] } },
      'policy.rules.0.role',
      /policy\.rules\.0\.role: must be one of guest, /,
    ],
    [
      { budgets: [{ per: 'user', tokens: 1 }] },
      'budgets.0.per',
      /budgets\.0\.per: must be one of agent, person, place, hub/,
    ],
    [{ hub: { CARRIER_PORT: [1] } }, 'hub.CARRIER_PORT', /hub\.CARRIER_PORT/],
  ])('[structure.3] names the file, the field and the fix, on one line: %j', (content, field, message) => {
    write(content);
    let thrown: unknown;
    try {
      readConfigFile(path);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'config_invalid', field, message: expect.stringMatching(message) });
    const words = (thrown as Error).message;
    expect(words.startsWith(`${path}: `)).toBe(true);
    expect(words).not.toMatch(/\n|hunter2/);
  });

  it('names a file that was asked for and is not there; the usual one need not be', () => {
    expect(() => readConfig({ CARRIER_CONFIG: path })).toThrow(
      /carrier\.config\.json: cannot be read \(ENOENT\)/,
    );
    expect(readConfig({}).endpoints).toEqual({});
  });

  it('gives way to the environment, and its paths start from its folder', () => {
    const content = {
      hub: { CARRIER_PORT: 4000, CARRIER_STREAMING: false },
      extensions: ['./a.js'],
      models: ['a:b'],
    };
    expect(config(content)).toMatchObject({
      http: { port: 4000 },
      platforms: { streaming: false },
      extensions: { modules: ['./a.js'], folder },
      models: { chain: ['a:b'] },
    });
    const env = { CARRIER_PORT: '5000', CARRIER_EXTENSIONS: 'b', CARRIER_MODELS: 'c:d' };
    expect(config(content, env)).toMatchObject({
      http: { port: 5000 },
      extensions: { modules: ['b'] },
      models: { chain: ['c:d'] },
    });
  });

  it('warns of hub settings, extensions and their settings that do not exist', async () => {
    const read = config({
      hub: { CARRIER_PROT: 1 },
      settings: { offlin: {}, openai: { baseURL: 'http://x', model: 'm' } },
    });
    expect(read.warnings).toEqual([
      expect.stringMatching(/^CARRIER_PROT is not a setting of the hub; did you mean "CARRIER_PORT"\?$/),
    ]);
    const registry = await Registry.open({ modules: [], folder });
    expect(unknownInFile(read.given, registry.all())).toEqual([
      { field: 'settings.offlin', message: 'there is no extension "offlin"; did you mean "offline"?' },
      { field: 'settings.openai.baseURL', message: '"openai" has no such setting; did you mean "baseUrl"?' },
    ]);
  });

  it('[structure.3] names every endpoint that cannot be used, and what is wrong with it', async () => {
    const read = config({
      endpoints: {
        good: { provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', models: { m: { tools: true } } },
        lost: { provider: 'opnai' },
        unnamed: {},
        keyless: { provider: 'openai' },
        spelled: { provider: 'openai', baseURL: 'http://127.0.0.1:9/v1' },
        wrong: { provider: 'openai', baseUrl: 'vllm' },
        open: { provider: 'openai', apiKey: 'sk-plain' },
        unset: { provider: 'openai', apiKey: 'env:NOT_SET_ANYWHERE' },
      },
    });
    const registry = await Registry.open({ modules: [], folder });
    const secrets = new References({ given: read.given, folder, stored: async () => null });
    const models = new Models({ config: read, registry, secrets, log: createLogger('silent') });
    const problems = await models.problems();
    expect(Object.fromEntries(problems.map(({ endpoint, field }) => [endpoint, field]))).toEqual({
      lost: 'endpoints.lost.provider',
      unnamed: 'endpoints.unnamed.provider',
      keyless: 'endpoints.keyless.apiKey',
      spelled: 'endpoints.spelled.baseURL',
      wrong: 'endpoints.wrong.baseUrl',
      open: 'endpoints.open.apiKey',
      unset: 'endpoints.unset.apiKey',
    });
    const messageOf = (name: string) => problems.find(({ endpoint }) => endpoint === name)?.message;
    expect(messageOf('lost')).toMatch(/did you mean "openai"/);
    expect(messageOf('spelled')).toMatch(/did you mean "baseUrl"/);
    expect(messageOf('unset')).toMatch(/NOT_SET_ANYWHERE/);
    expect(JSON.stringify(problems)).not.toContain('sk-plain');
    // What is said of a model counts for it.
    expect((await models.get('good:m')).abilities).toMatchObject({ tools: true });
  });

  it('has every setting of the hub in its guide', () => {
    const listed = [...guide.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...hubSettings].sort());
  });
});
