/** A model on a server that answers as OpenAI’s does, with what a test has it say. */
import { openaiModel } from '../../src/llm/openai/model.js';
import { type Script, scriptedServer } from './scripted-server.js';

export const apiKey = 'sk-test-abcdefghijklmnop';

export async function scripted(...scripts: Script[]) {
  const { url, received } = await scriptedServer(...scripts);
  return { model: openaiModel({ apiKey, baseURL: `${url}/v1`, model: 'm' }), received };
}

export const delta = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  choices: [{ index: 0, delta, finish_reason }],
});
export const call = (fields: object) => delta({ tool_calls: [fields] });
export const done = '[DONE]';
