/** Model providers on real sockets, as the hub's endpoints: each answers as a test says at the moment, and can be told otherwise. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { events, json, type Received, type Script, scriptedServer } from '../llm/scripted-server.js';
import type { Home } from './hub.js';

export const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  choices: [{ index: 0, delta, finish_reason }],
});

/** The answer, word by word. */
export function says(text: string, then: 'end' | 'cut' = 'end'): Script {
  const words = (text.match(/\s*\S+/g) ?? []).map((content) => chunk({ content }));
  return events([...words, ...(then === 'end' ? [chunk({}, 'stop'), '[DONE]'] : [])], then);
}

/** As OpenAI refuses; `code` in the body where it says more than the status. */
export function refuses(status: number, code?: string, headers: Record<string, string> = {}): Script {
  const error = { message: 'No, sk-test-abcdefghijklmnop.', type: code ?? 'error', code: code ?? null };
  return json(status, { error }, headers);
}

/** Calls an action. */
export function calls(name: string, args: object): Script {
  const call = {
    index: 0,
    id: 'call_1',
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  };
  return events([chunk({ tool_calls: [call] }), chunk({}, 'tool_calls'), '[DONE]']);
}

/** Changes what the settings of `providers` say of an endpoint; before the hub starts. */
export function configure(home: Home, endpoint: string, settings: object): void {
  const path = join(home.folder, 'carrier.config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  Object.assign(config.endpoints[endpoint], settings);
  writeFileSync(path, JSON.stringify(config));
}

export interface Provider {
  /** What the next requests get. */
  answer: Script;
  received: Received[];
}

/** Endpoints of these names, each with a server of its own, as the hub's chain; gives settings that lead there. */
export async function providers<Name extends string>(
  home: Home,
  ...names: Name[]
): Promise<{ settings: Record<string, string> } & Record<Name, Provider>> {
  const made: Record<string, Provider> = {};
  const endpoints: Record<string, object> = {};
  for (const name of names) {
    const provider: Provider = { answer: refuses(500), received: [] };
    const { url, received } = await scriptedServer((response, request) => provider.answer(response, request));
    provider.received = received;
    made[name] = provider;
    endpoints[name] = { provider: 'openai', baseUrl: `${url}/v1`, apiKey: 'env:TEST_KEY' };
  }
  const path = join(home.folder, 'carrier.config.json');
  const models = names.map((name) => `${name}:m`);
  writeFileSync(path, JSON.stringify({ endpoints, models }));
  const settings = { CARRIER_CONFIG: path, TEST_KEY: 'sk-test-abcdefghijklmnop' };
  return { ...(made as Record<Name, Provider>), settings };
}
