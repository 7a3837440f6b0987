import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embedderOf, Models } from '../../src/agents/models.js';
import { readConfig } from '../../src/config.js';
import { defineEmbedder, defineProvider } from '../../src/extension-api.js';
import { Registry } from '../../src/extensions/registry.js';
import { FileReader } from '../../src/files/reader.js';
import type { ModelMessage } from '../../src/llm/llm.js';
import { createLogger } from '../../src/logger.js';
import { generate } from '../../src/runtime/generate.js';
import { PromptFitter } from '../../src/runtime/prompt-fitter.js';
import { References } from '../../src/secrets/references.js';
import type { FileStore } from '../../src/store/file-store.js';
import { modelRequest } from '../../src/testing/language-model.js';
import { events, scriptedServer } from '../llm/scripted-server.js';
import { answerLimits, coolingWith } from '../support/cooling.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-models-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = createLogger('silent');
const noFiles = new FileReader({ get: async () => null } as unknown as FileStore);
const fitter = new PromptFitter(noFiles, { contextTokens: 16_384, fileBytes: 1_000_000 });
const registry = await Registry.open({ modules: [], folder: '.' });

function partsOf(env: Record<string, string>, file: object = {}) {
  const path = join(folder, 'carrier.config.json');
  writeFileSync(path, JSON.stringify(file));
  const config = readConfig({ CARRIER_CONFIG: path, ...env });
  const secrets = new References({ given: config.given, folder, stored: async () => null });
  return { config, registry, secrets, log };
}
const modelsOf = (env: Record<string, string>, file: object = {}) => new Models(partsOf(env, file));
const cooling = coolingWith();
const ok = events([
  { id: 'c', choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: 'stop' }] },
  '[DONE]',
]);
const ask = async (models: Models, ref: string, message: ModelMessage = { role: 'user', text: 'hi' }) =>
  generate([await models.get(ref)], modelRequest([message]), {
    limits: answerLimits,
    signal: new AbortController().signal,
    onText: () => {},
    onVoid: () => {},
    fitter,
    cooling,
    log,
  });

describe('the chain of the hub', () => {
  it('has every provider that is set up, best first, and the fallback where none is', () => {
    const env = { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', OLLAMA_HOST: 'localhost:11434' };
    expect(modelsOf(env).usual).toEqual(['openai', 'anthropic', 'ollama']);
    expect(modelsOf({}).usual).toEqual(['offline']);
    expect(modelsOf({ OPENAI_API_KEY: 'k', CARRIER_MODELS: 'offline' }).usual).toEqual(['offline']);
    expect(modelsOf({}, { models: ['groq:llama-4'] }).usual).toEqual(['groq:llama-4']);
    expect(modelsOf({ CARRIER_MODELS: 'offline' }, { models: ['groq:llama-4'] }).usual).toEqual(['offline']);
  });

  it('[http-and-cli.7] has a server of one’s own that wants no key', () => {
    expect(modelsOf({ OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' }).usual).toEqual(['openai']);
  });
});

describe('a model or an embedder of an extension', () => {
  const abilities = { sees: false, hears: false, tools: false };
  const stream = async function* () {};
  it.each([
    [{ id: 'odd:1', stream }, /"odd" made no usable model: abilities is missing/],
    [
      { id: 'odd:1', abilities: { ...abilities, tools: 'yes' }, stream },
      /abilities\.tools must be true or false/,
    ],
    [{ abilities, stream }, /id is missing/],
    [{ id: 'odd:1', abilities }, /stream must be a function/],
    [undefined, /"odd" made no usable model: it must be an object/],
  ])('is refused where it lacks a part: %j', async (made, message) => {
    const odd = defineProvider({ name: 'odd', create: () => made as never });
    const withOdd = await Registry.open({ modules: [], folder: '.', brought: [odd] });
    const models = new Models({ ...partsOf({}), registry: withOdd });
    await expect(models.get('odd')).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [{ dimensions: 3, embed: stream, close: stream }, /"odd" made no usable embedder: id is missing/],
    [{ id: 'odd:1', dimensions: 'many', embed: stream, close: stream }, /dimensions must be a number/],
    [{ id: 'odd:1', dimensions: 3, embed: stream }, /close must be a function/],
  ])('is refused where it lacks a part: %j (embedder)', async (made, message) => {
    const odd = defineEmbedder({ name: 'odd', create: () => made as never });
    const withOdd = await Registry.open({ modules: [], folder: '.', brought: [odd] });
    const parts = { ...partsOf({ CARRIER_EMBEDDER: 'odd' }), registry: withOdd };
    await expect(embedderOf(parts)).rejects.toThrow(message);
  });

  it.each([
    ['has no abilities', { id: 'odd:1', stream }],
    [
      'throws at once',
      {
        id: 'odd:1',
        abilities,
        stream: () => {
          throw new Error('no');
        },
      },
    ],
  ])('leaves no listener behind when it %s', async (_, model) => {
    const { signal } = new AbortController();
    const options = {
      limits: answerLimits,
      signal,
      onText: () => {},
      onVoid: () => {},
      fitter,
      cooling,
      log,
    };
    await expect(generate([model as never], modelRequest([]), options)).rejects.toThrow();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('endpoints', () => {
  it('[structure.3] are any number at once, each with its address, key and abilities', async () => {
    const [openai, groq, vllm] = await Promise.all([
      scriptedServer(ok),
      scriptedServer(ok),
      scriptedServer(ok),
    ]);
    const models = modelsOf(
      { OPENAI_API_KEY: 'sk-of-openai', OPENAI_BASE_URL: openai.url, GROQ_KEY: 'key-of-groq' },
      {
        endpoints: {
          groq: {
            provider: 'openai',
            baseUrl: groq.url,
            apiKey: 'env:GROQ_KEY',
            models: { 'llama-4': { contextTokens: 131_072, price: { input: 0.1, output: 0.3 } } },
          },
          vllm: {
            provider: 'openai',
            baseUrl: vllm.url,
            models: { 'my-eyes': { sees: true, tools: false } },
          },
        },
      },
    );
    for (const ref of ['openai:m', 'groq:llama-4', 'vllm:my-eyes'])
      expect(await ask(models, ref)).toMatchObject({ text: 'ok', model: ref });
    const asked = [openai, groq, vllm].map(({ received }) =>
      received.map(({ headers, body }) => [headers.authorization, body.model]),
    );
    expect(asked).toEqual([
      [['Bearer sk-of-openai', 'm']],
      [['Bearer key-of-groq', 'llama-4']],
      // Never another endpoint's key.
      [['Bearer none', 'my-eyes']],
    ]);
    const abilities = { sees: true, contextTokens: 131_072, price: { input: 0.1, output: 0.3 } };
    expect((await models.get('groq:llama-4')).abilities).toMatchObject(abilities);
    expect((await models.get('vllm:my-eyes')).abilities).toMatchObject({ sees: true, tools: false });
  });

  it.each([
    ['a setting', { OPENAI_SEES: 'true', OPENAI_MODEL: 'local' }, {}],
    ['the file', { OPENAI_MODEL: 'local' }, { endpoints: { openai: { models: { local: { sees: true } } } } }],
    ['its name', { OPENAI_MODEL: 'qwen2.5-vl' }, {}],
  ])('[http-and-cli.5] get images where %s says that the model sees', async (_, env, file) => {
    const { url, received } = await scriptedServer(ok);
    const models = modelsOf({ OPENAI_BASE_URL: url, ...env }, file);
    const images = [{ mediaType: 'image/png', bytes: Uint8Array.of(1) }];
    await ask(models, 'openai', { role: 'user', text: 'look', images });
    expect(JSON.stringify(received[0]?.body)).toContain('data:image/png;base64,AQ==');
  });

  it('[http-and-cli.5] get no images where nobody says so, nor for another model of the same server', async () => {
    const { url, received } = await scriptedServer(ok);
    const models = modelsOf({ OPENAI_BASE_URL: url, OPENAI_MODEL: 'local', OPENAI_SEES: 'true' });
    const images = [{ mediaType: 'image/png', bytes: Uint8Array.of(1) }];
    await ask(models, 'openai:other', { role: 'user', text: 'look', images });
    expect(JSON.stringify(received[0]?.body)).not.toContain('base64');
  });

  it.each([
    ['gpt-5', {}, /no model provider or endpoint "gpt-5".*openai/],
    ['openai', {}, /OPENAI_API_KEY/],
    ['anthropic', {}, /ANTHROPIC_API_KEY/],
    ['groq:m', { endpoints: { groq: { provider: 'opnai' } } }, /endpoints\.groq\.provider: .*"opnai"/],
    ['groq:m', { endpoints: { groq: { provider: 'openai' } } }, /endpoints\.groq\.apiKey/],
    [
      'groq:m',
      { endpoints: { groq: { provider: 'openai', apiKey: 'gsk_in_the_clear_12345' } } },
      /endpoints\.groq\.apiKey: must be env:NAME/,
    ],
    ['groq:m', { endpoints: { groq: { provider: 'openai', apiKey: 'env:LOST' } } }, /LOST is not there/],
    ['groq:m', { endpoints: { groq: { provider: 'openai', baseUrl: 'here' } } }, /endpoints\.groq\.baseUrl/],
  ])('%s with %j names what is wrong', async (ref, file, message) => {
    const failure = await modelsOf({}, file)
      .get(ref)
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'config_invalid', message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('gsk_in_the_clear');
  });
});

describe('the embedder', () => {
  it.each([
    ['auto', {}, 'offline:universal-sentence-encoder-lite'],
    ['auto', { OPENAI_API_KEY: 'k' }, 'openai:text-embedding-3-small'],
    [
      'auto',
      { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1' },
      'offline:universal-sentence-encoder-lite',
    ],
    ['openai:big', { OPENAI_API_KEY: 'k' }, 'openai:big'],
  ])('%s with %j is %s', async (named, env, id) => {
    const embedder = await embedderOf(partsOf({ CARRIER_EMBEDDER: named, ...env }));
    expect(embedder?.id).toBe(id);
    await embedder?.close();
  });

  it('is none where it is not wanted, and named where it is unknown', async () => {
    expect(await embedderOf(partsOf({ CARRIER_EMBEDDER: 'none' }))).toBeNull();
    await expect(embedderOf(partsOf({ CARRIER_EMBEDDER: 'magic' }))).rejects.toThrow(
      /CARRIER_EMBEDDER.*offline/,
    );
  });
});
