/** The connection that OpenAI's chat and embedding adapters share; the SDK is loaded on first use. */
import type { OpenAI } from 'openai';
import { FatalError, PictureBodies, type Service, usableKey } from '../../extension-api.js';

export interface OpenAIOptions {
  /** `endpoint:model`; default `openai:` and the model. */
  id?: string;
  /** What a person calls the settings that errors name. */
  settings?: Service['settings'] & { keyHost?: string };
  apiKey?: string;
  /** Any service that speaks OpenAI's protocol; default OpenAI itself. */
  baseURL?: string;
  /** A host besides OpenAI's own that may have a key that OpenAI has made. */
  keyHost?: string;
  model: string;
}

export interface OpenAIConnection {
  service: Service;
  /** OpenAI's own host, which is stricter and newer than those that copy it. */
  official: boolean;
  /** Of what the client sends. */
  bodies: PictureBodies;
  /** @throws FatalError `model_refused` without a key that can be used. */
  client(): Promise<OpenAI>;
}

/** OpenAI writes its own name into its keys, in base64; newer ones begin with their kind, too. */
const madeByOpenAI = /^sk-(proj|svcacct|admin|None)-|T3BlbkFJ/;

/** The longest delay `setTimeout` takes: the caller's signal decides, not the SDK. */
const never = 2 ** 31 - 1;

export function openaiConnection(options: OpenAIOptions): OpenAIConnection {
  const baseURL = options.baseURL ?? 'https://api.openai.com/v1';
  const { host, hostname } = new URL(baseURL);
  const official = hostname === 'openai.com' || hostname.endsWith('.openai.com');
  const provider = options.id?.split(':')[0] ?? 'openai';
  const { settings = { key: 'OPENAI_API_KEY', model: 'OPENAI_MODEL', url: 'OPENAI_BASE_URL' } } = options;
  const service: Service = { provider, model: options.model, host, apiKey: options.apiKey, settings };
  const bodies = new PictureBodies();
  let client: Promise<OpenAI> | undefined;

  async function connect(): Promise<OpenAI> {
    const key = usableKey(service);
    if (!key && official)
      throw new FatalError('model_refused', `${provider} needs a key. Set ${settings.key ?? settings.url}.`, {
        field: settings.key ?? settings.url,
      });
    if (key && !official && madeByOpenAI.test(key) && !isSaid(options.keyHost, host))
      throw new FatalError(
        'model_refused',
        `${settings.key ?? 'The key'} is a key of OpenAI's, and is not sent to ${host}. Set the key of ${host} there; or, where it shall have this one, ${settings.keyHost ?? 'OPENAI_KEY_HOST'}=${host}.`,
        { field: settings.key },
      );
    const { OpenAI } = await import('openai');
    /** vLLM, SGLang and others say what is wrong beside the field `error`, where the SDK does not read it. */
    class Client extends OpenAI {
      protected override makeStatusError(...[status, body, ...rest]: Parameters<OpenAI['makeStatusError']>) {
        return super.makeStatusError(status, 'error' in Object(body) ? body : { error: body }, ...rest);
      }
    }
    return new Client({
      // Local servers want none, but the SDK does.
      apiKey: key ?? 'none',
      baseURL,
      maxRetries: 0,
      timeout: never,
      logLevel: 'off',
      fetch: bodies.fetch,
      // Left out, the SDK would read them from the environment.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
    });
  }

  return { service, official, bodies, client: () => (client ??= connect()) };
}

function isSaid(keyHost: string | undefined, host: string): boolean {
  return keyHost?.trim().toLowerCase() === host;
}
