/** People who talk with the model that is no language model: what they say, and what it answers. */
import type { ModelMessage, ModelRequest, Quote, SystemPart, Tool, UserMessage } from '../../src/llm/llm.js';
import { offlineModel } from '../../src/llm/offline/model.js';
import { hear, modelRequest } from '../../src/testing/language-model.js';

export const model = offlineModel();
export const ada: Person = { name: 'Ada', bio: 'Ada is an assistant.' };

export const at = (clock: string, day = '2026-11-22') => new Date(`${day}T${clock}:00`).getTime();
export const user = (text: string, when?: number): UserMessage => ({ role: 'user', text, at: when });
export const agent = (text: string): ModelMessage => ({ role: 'assistant', text });

export const quote = (text: string, when: number, more: Partial<Quote> = {}): Quote => ({
  ...{ by: { id: 'u' }, at: when, text, kind: 'message' },
  ...more,
});

export interface Person {
  name: string;
  bio: string;
  examples?: { user: string; reply: string }[];
}

interface Setting {
  character?: Person;
  recalled?: Quote[];
  facts?: Quote[];
  tools?: Tool[];
  maxTokens?: number;
}

export function requestOf(messages: ModelMessage[], setting: Setting = {}): ModelRequest {
  const { character = ada, recalled = [], facts = [], tools = [], maxTokens = 1000 } = setting;
  const { name, bio, examples = [] } = character;
  const system: SystemPart[] = [
    { kind: 'persona', name, bio },
    { kind: 'examples', pairs: examples },
    { kind: 'facts', memories: facts },
    { kind: 'recalled', memories: recalled },
  ];
  return modelRequest(messages, { system, tools, maxTokens });
}

export async function answer(messages: ModelMessage[], setting?: Setting): Promise<string> {
  return (await hear(model, requestOf(messages, setting))).text;
}

const dog = user('my dog is called Biscuit', at('14:03'));
export const told = [dog, agent('Noted.')];
