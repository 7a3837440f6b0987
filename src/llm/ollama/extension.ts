import { z } from 'zod';
import { defineEmbedder, defineProvider, type ProviderContext } from '../../extension-api.js';
import { checkEndpoint, modelsAt } from '../openai/check.js';
import { embeddingOptionsOf, embeddingSettings } from '../openai/embedding-settings.js';
import { abilitySettings, saidOf } from '../openai/settings.js';
import { findOllama } from './find.js';

const settings = z.object({
  /** Where it listens, with or without `http://`. */
  host: z.string().trim().min(1).optional(),
  model: z.string().default('llama3.2'),
  ...abilitySettings,
});

const embedding = z.object({
  host: settings.shape.host,
  embeddingModel: z.string().default('nomic-embed-text'),
  ...embeddingSettings,
});

function connectionOf(host = '127.0.0.1:11434') {
  return {
    baseURL: new URL('/v1', host.includes('://') ? host : `http://${host}`).href,
    // It wants none, but its clients send one.
    apiKey: 'ollama',
  };
}

function optionsOf(context: ProviderContext<typeof settings>) {
  const model = context.model || context.settings.model;
  return {
    ...connectionOf(context.settings.host),
    id: `${context.endpoint}:${model}`,
    model,
    settings: { model: context.nameOf('model'), url: context.nameOf('host') },
  };
}

export default [
  defineProvider({
    name: 'ollama',
    about: 'Ollama: open models on a machine of your own',
    settings,
    startedBy: ['host'],
    setup: [
      {
        title: 'Start Ollama',
        text: 'Install Ollama, pull a model (`ollama pull llama3.2`) and name its address.',
        url: 'https://ollama.com',
        settings: ['host', 'model'],
      },
    ],
    find: ({ host }, signal) => findOllama({ host, signal }),
    models: (context, signal) => modelsAt(optionsOf(context), signal),
    async create(context) {
      const { openaiModel } = await import('../openai/model.js');
      return openaiModel({ ...optionsOf(context), abilities: { ...saidOf(context), ...context.abilities } });
    },
    check: (context, signal) => checkEndpoint(optionsOf(context), signal),
  }),
  defineEmbedder({
    name: 'ollama',
    about: "Ollama's embeddings",
    settings: embedding,
    async create({ settings: { host, embeddingModel, ...said }, model: named, nameOf, log }) {
      const { openaiEmbedder } = await import('../openai/embedder.js');
      const model = named || embeddingModel;
      return openaiEmbedder({
        ...connectionOf(host),
        rests: true,
        ...{ id: `ollama:${model}`, model, embedding: embeddingOptionsOf(said), log },
        settings: { model: nameOf('embeddingModel'), url: nameOf('host') },
      });
    },
  }),
];
