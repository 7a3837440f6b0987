/**
 * The offline model: answers without a network or weights, so that a hub with nothing configured is of use and
 * one whose models all fail still says something. It quotes what it remembers, calls the tools whose phrases it can
 * match, and says so when it does not know. The same request has the same answer.
 */
import { setImmediate } from 'node:timers/promises';
import {
  derivedId,
  type LanguageModel,
  type ModelChunk,
  type ModelRequest,
  promptText,
  type ToolCall,
  wishesIn,
} from '../../extension-api.js';
import { answerTo } from './answer.js';
import { type Conversation, conversationIn } from './conversation.js';
import { sentencesOf } from './words.js';

/** As the hub estimates everywhere: 4 characters a token. */
const tokenChars = 4;
const tokens = (text: string) => Math.ceil(text.length / tokenChars);
/** Words between two looks at the event loop. */
const breath = 8;

export function offlineModel(): LanguageModel {
  return {
    id: 'offline',
    abilities: { sees: false, hears: false, tools: true, understands: false, price: { input: 0, output: 0 } },
    stream,
  };
}

async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
  signal.throwIfAborted();
  const told = promptText(request);
  const said = told.messages.map(({ role, text }) => `${role} ${text}`).join('\n');
  const inputTokens = tokens(told.system) + tokens(said);
  const conversation = conversationIn(request);
  const end = (finish: 'calls' | 'length' | 'stop', output: string) =>
    ({ type: 'end', finish, usage: { inputTokens, outputTokens: tokens(output) } }) as const;
  const calls = conversation.results ? [] : callsFor(conversation, said);
  for (const call of calls) yield { type: 'call', call };
  if (calls.length > 0) return yield end('calls', JSON.stringify(calls));
  const whole = answerTo(conversation);
  const text = whole.slice(0, request.maxTokens * tokenChars).replace(/[\ud800-\udbff]$/, '');
  for (const [index, word] of (text.match(/\S+\s*|\s+/g) ?? []).entries()) {
    if (index % breath === 0) await setImmediate();
    signal.throwIfAborted();
    yield { type: 'text', text: word };
  }
  yield end(text.length < whole.length ? 'length' : 'stop', text);
}

/** What the messages of the turn ask for, each once; ids are the same for the same conversation. */
function callsFor({ tools, burst }: Conversation, said: string): ToolCall[] {
  const wishes = burst.flatMap((text) => {
    const whole = wishesIn(tools, text);
    return whole.length > 0 ? whole : sentencesOf(text).flatMap((sentence) => wishesIn(tools, sentence));
  });
  const distinct = new Map(wishes.map((wish) => [`${wish.name} ${wish.arguments}`, wish]));
  return [...distinct].map(([key, wish]) => ({ id: derivedId('call', said, key), ...wish }));
}
