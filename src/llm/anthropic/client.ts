import type { Anthropic } from '@anthropic-ai/sdk';
import {
  FatalError,
  type ModelAbilities,
  PictureBodies,
  type Service,
  usableKey,
} from '../../extension-api.js';

export interface AnthropicOptions {
  /** `endpoint:model`; default `anthropic:` and the model. */
  id?: string;
  /** What a person calls the settings that errors name. */
  settings?: Service['settings'];
  /** What is said of the model; the rest is what is known of it. */
  abilities?: Partial<ModelAbilities>;
  apiKey?: string;
  baseURL?: string;
  model: string;
}

export interface AnthropicConnection {
  service: Service;
  /** Of what the client sends. */
  bodies: PictureBodies;
  /** @throws FatalError `model_refused` without a key that can be used. */
  client(): Promise<Anthropic>;
}

/** The longest delay `setTimeout` takes: the caller's signal decides, not the SDK. */
const never = 2 ** 31 - 1;
const usualSettings = { key: 'ANTHROPIC_API_KEY', model: 'ANTHROPIC_MODEL', url: 'ANTHROPIC_BASE_URL' };

/** The SDK is loaded on first use. */
export function anthropicConnection(options: AnthropicOptions): AnthropicConnection {
  const { id, apiKey, model, baseURL = 'https://api.anthropic.com', settings = usualSettings } = options;
  const provider = id?.split(':')[0] ?? 'anthropic';
  const service: Service = { provider, model, host: new URL(baseURL).host, apiKey, settings };
  const bodies = new PictureBodies();
  let client: Promise<Anthropic> | undefined;

  async function connect(): Promise<Anthropic> {
    const key = usableKey(service);
    if (!key)
      throw new FatalError('model_refused', `${provider} needs a key. Set ${settings.key}.`, {
        field: settings.key,
      });
    const { Anthropic } = await import('@anthropic-ai/sdk');
    return new Anthropic({
      apiKey: key,
      baseURL,
      maxRetries: 0,
      timeout: never,
      logLevel: 'off',
      fetch: bodies.fetch,
      webhookKey: null,
    });
  }

  return { service, bodies, client: () => (client ??= connect()) };
}
