import { z } from 'zod';
import {
  defineEmbedder,
  defineProvider,
  isThisMachine,
  type ProviderContext,
  requireSetting,
  secret,
} from '../../extension-api.js';
import { checkEndpoint, modelsAt } from './check.js';
import { embeddingOptionsOf, embeddingSettings } from './embedding-settings.js';
import { abilitySettings, saidOf } from './settings.js';

const settings = z.object({
  /** Without it, requests to a server other than OpenAI's carry none. */
  apiKey: secret().optional(),
  /** Any server that speaks OpenAI's Chat Completions; absent: OpenAI itself. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** The host of that server, where it shall have a key that OpenAI has made: a proxy. */
  keyHost: z.string().optional(),
  /** The model where none is named. */
  model: z.string().default('gpt-4.1-mini'),
  /** The model that turns recordings into words; `none`: they are not heard. Usual at OpenAI itself: `usualHearing`. */
  transcriptionModel: z.string().optional(),
  ...abilitySettings,
});

const embedding = z.object({
  apiKey: settings.shape.apiKey,
  baseUrl: settings.shape.baseUrl,
  keyHost: settings.shape.keyHost,
  embeddingModel: z.string().default('text-embedding-3-small'),
  ...embeddingSettings,
});

const usualHearing = 'gpt-4o-mini-transcribe';

type Context = Pick<ProviderContext<typeof settings>, 'settings' | 'model' | 'endpoint' | 'nameOf'>;

export function optionsOf({ settings, model, endpoint, nameOf }: Context) {
  const { apiKey, baseUrl, keyHost, model: usual } = settings;
  requireSetting(endpoint, apiKey ?? baseUrl, nameOf('apiKey'));
  const named = model || usual;
  return {
    id: `${endpoint}:${named}`,
    apiKey,
    baseURL: baseUrl,
    keyHost,
    model: named,
    settings: {
      key: nameOf('apiKey'),
      model: nameOf('model'),
      url: nameOf('baseUrl'),
      keyHost: nameOf('keyHost'),
    },
  };
}

export default [
  defineProvider({
    name: 'openai',
    about: 'OpenAI, and every server that speaks its Chat Completions',
    settings,
    startedBy: ['apiKey', 'baseUrl'],
    setup: [
      {
        title: 'Make an API key',
        text: 'Create a secret key for your project.',
        url: 'https://platform.openai.com/api-keys',
        settings: ['apiKey'],
      },
    ],
    elsewhere: { address: 'baseUrl', mayHaveKey: 'keyHost' },
    models: (context, signal) => modelsAt(optionsOf(context), signal),
    async create(context) {
      const { openaiModel } = await import('./model.js');
      const abilities = { ...saidOf(context), ...context.abilities };
      return openaiModel({ ...optionsOf(context), abilities });
    },
    async transcriber(context) {
      const { baseUrl, transcriptionModel } = context.settings;
      // Another's server may hear nothing: it is asked where people say so.
      const model = transcriptionModel ?? (baseUrl ? 'none' : usualHearing);
      if (model === 'none') return null;
      const { openaiTranscriber } = await import('./transcriber.js');
      return openaiTranscriber(optionsOf({ ...context, model }));
    },
    notes: ({ settings: { apiKey, baseUrl }, nameOf }) =>
      // Servers on this machine, such as Ollama, want none.
      baseUrl && !apiKey && !isThisMachine(new URL(baseUrl).hostname)
        ? [`requests to ${new URL(baseUrl).host} carry no key; set ${nameOf('apiKey')} if it wants one`]
        : [],
    check: (context, signal) => checkEndpoint(optionsOf(context), signal),
  }),
  defineEmbedder({
    name: 'openai',
    about: "OpenAI's embeddings, or those of a server that speaks its protocol",
    settings: embedding,
    suits: ({ apiKey, baseUrl }) => Boolean(apiKey) && !baseUrl,
    async create({ settings: { apiKey, baseUrl, keyHost, embeddingModel, ...said }, model, nameOf, log }) {
      const { openaiEmbedder } = await import('./embedder.js');
      return openaiEmbedder({
        ...{ apiKey, embedding: embeddingOptionsOf(said), log },
        baseURL: baseUrl,
        keyHost,
        model: model || embeddingModel,
        settings: {
          key: nameOf('apiKey'),
          model: nameOf('embeddingModel'),
          url: nameOf('baseUrl'),
          keyHost: nameOf('keyHost'),
        },
      });
    },
  }),
];
