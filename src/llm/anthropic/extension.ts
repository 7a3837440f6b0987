import { z } from 'zod';
import {
  defineProvider,
  failureOf,
  type ProviderContext,
  requireSetting,
  secret,
} from '../../extension-api.js';
import { anthropicConnection } from './client.js';

const settings = z.object({
  apiKey: secret().optional(),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  model: z.string().default('claude-sonnet-5-5'),
});

type Context = ProviderContext<typeof settings>;

function optionsOf({ settings, model, endpoint, nameOf, abilities }: Context) {
  requireSetting(endpoint, settings.apiKey, nameOf('apiKey'));
  const named = model || settings.model;
  return {
    id: `${endpoint}:${named}`,
    apiKey: settings.apiKey,
    baseURL: settings.baseUrl,
    model: named,
    abilities,
    settings: { key: nameOf('apiKey'), model: nameOf('model'), url: nameOf('baseUrl') },
  };
}

export default defineProvider({
  name: 'anthropic',
  about: "Anthropic's Claude",
  settings,
  startedBy: ['apiKey'],
  setup: [
    {
      title: 'Make an API key',
      text: 'Create a key in the console.',
      url: 'https://console.anthropic.com/settings/keys',
      settings: ['apiKey'],
    },
  ],
  async create(context) {
    const options = optionsOf(context);
    const { anthropicModel } = await import('./model.js');
    return anthropicModel(options);
  },
  async check(context, signal) {
    const options = optionsOf(context);
    const { service, client } = anthropicConnection(options);
    const check = `${service.provider} at ${service.host} has ${options.model} for this key`;
    try {
      await (await client()).models.retrieve(options.model, {}, { signal });
      return [{ check, ok: true }];
    } catch (error) {
      return [{ check, ok: false, fix: failureOf(service, error).message }];
    }
  },
});
