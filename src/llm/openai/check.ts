import { type Finding, failureOf } from '../../extension-api.js';
import { type OpenAIOptions, openaiConnection } from './client.js';

/** Whether the server takes the key and has the model, by the list of models that every such server gives. */
export async function checkEndpoint(options: OpenAIOptions, signal: AbortSignal): Promise<Finding[]> {
  const { service, client } = openaiConnection(options);
  const check = `${service.provider} at ${service.host} answers`;
  try {
    const { data } = await (await client()).models.list({ signal });
    const has = data.some(({ id }) => id === options.model || id === `${options.model}:latest`);
    const found = [{ check, ok: true }];
    if (has || data.length === 0) return found;
    const some = data.slice(0, 8).map(({ id }) => id);
    return [
      ...found,
      {
        check: `it has the model ${options.model}`,
        ok: false,
        fix: `It has ${some.join(', ')}${data.length > some.length ? ' …' : ''}. Change ${service.settings.model}.`,
      },
    ];
  } catch (error) {
    return [{ check, ok: false, fix: failureOf(service, error).message }];
  }
}

/** The models that the server says it has. */
export async function modelsAt(options: OpenAIOptions, signal: AbortSignal): Promise<string[]> {
  const { service, client } = openaiConnection(options);
  try {
    const { data } = await (await client()).models.list({ signal });
    return data.map(({ id }) => id);
  } catch (error) {
    throw failureOf(service, error);
  }
}
