/**
 * The offline model: answers without a network or weights, so that a hub with nothing configured is of use and
 * one whose models all fail still says something. It quotes what it remembers, calls the tools it can recognise,
 * and says so when it does not know. The same request has the same answer.
 */
import { setImmediate } from 'node:timers/promises';
import type { LanguageModel, ModelChunk, ModelRequest } from '../llm.js';
import { answerTo } from './answer.js';
import { sceneOf } from './scene.js';
import { callsFor } from './tools.js';

/** As the hub estimates everywhere: 4 characters a token. */
const tokenChars = 4;
/** Words between two looks at the event loop. */
const breath = 8;

export function offlineModel(): LanguageModel {
  return { id: 'offline', abilities: { sees: false, hears: false, tools: true }, stream };
}

async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
  signal.throwIfAborted();
  const scene = sceneOf(request);
  const inputTokens =
    tokens(request.system) + request.messages.reduce((sum, { text }) => sum + tokens(text), 0);
  const calls = scene.results ? [] : callsFor(request.tools, scene.burst, request.messages);
  if (calls.length > 0) {
    for (const call of calls) yield { type: 'call', call };
    const outputTokens = tokens(JSON.stringify(calls));
    yield { type: 'end', finish: 'calls', usage: { inputTokens, outputTokens } };
    return;
  }
  const whole = answerTo(request, scene);
  const text = whole.slice(0, request.maxTokens * tokenChars).replace(/[\ud800-\udbff]$/, '');
  for (const [index, word] of (text.match(/\S+\s*|\s+/g) ?? []).entries()) {
    if (index % breath === 0) await setImmediate();
    signal.throwIfAborted();
    yield { type: 'text', text: word };
  }
  const finish = text.length < whole.length ? 'length' : 'stop';
  yield { type: 'end', finish, usage: { inputTokens, outputTokens: tokens(text) } };
}

function tokens(text: string): number {
  return Math.ceil(text.length / tokenChars);
}
