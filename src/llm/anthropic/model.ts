/**
 * Anthropic's Messages API, in its version of 2026-10-21, which has no temperature: a request's is left out.
 *
 * Claude wants its thoughts back with the results of the tools it called, word for word; the port has no
 * place for them, so they wait here, in memory. After a restart it goes on without.
 */
import type { Anthropic } from '@anthropic-ai/sdk';
import {
  argumentsObject,
  cutStream,
  failureOf,
  type Image,
  isReadable,
  type LanguageModel,
  type ModelAbilities,
  type ModelChunk,
  type ModelMessage,
  type ModelRequest,
  type Pictures,
  promptText,
  type ToolCall,
  type Usage,
  withCallIds,
} from '../../extension-api.js';
import { type AnthropicOptions, anthropicConnection } from './client.js';

type Thought = Anthropic.ThinkingBlockParam | Anthropic.RedactedThinkingBlockParam;
/** Thoughts by the first call they led to. */
type Thoughts = Map<string, Thought[]>;
type Role = 'user' | 'assistant';
type Block = Anthropic.ContentBlockParam;

/** What calls and results are known by (docs.anthropic.com, tool use). */
const callIds = /^[\w-]{1,64}$/;

/** Turns with tools in flight whose thoughts are kept. */
const thoughtLimit = 1000;

/**
 * Every Claude since version 3 sees and calls tools, with 200,000 tokens (docs.anthropic.com, models overview). An image
 * may have 5 MB encoded, and at most 100 go into a request (docs, vision); larger ones are scaled down there anyway.
 */
const usual: ModelAbilities = {
  ...{ sees: true, hears: false, tools: true, contextTokens: 200_000 },
  images: { most: 20, maxBytes: 3_900_000, maxPixels: 4_000_000 },
};

export function anthropicModel(options: AnthropicOptions): LanguageModel {
  const { service, bodies, client } = anthropicConnection(options);
  const thoughts: Thoughts = new Map();

  return {
    id: options.id ?? `anthropic:${options.model}`,
    abilities: { ...usual, ...options.abilities },
    async *stream(request, signal) {
      signal.throwIfAborted();
      const pictures = bodies.open();
      try {
        const body = bodyOf(request, options.model, thoughts, pictures);
        const events = await (await client()).messages.create(body, { signal });
        const end = yield* read(events, thoughts);
        // The SDK ends the stream quietly when the signal aborts.
        signal.throwIfAborted();
        if (!end) throw cutStream(service);
        yield end;
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(service, error);
      } finally {
        pictures.close();
      }
    },
  };
}

/** Reads a whole stream, keeping the thoughts that led to calls. Null means it was cut before its reason to stop. */
async function* read(
  events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  thoughts: Thoughts,
): AsyncGenerator<ModelChunk, (ModelChunk & { type: 'end' }) | null> {
  const blocks = new Map<number, Anthropic.ContentBlock & { json?: string }>();
  const usage: Usage = { inputTokens: 0, outputTokens: 0 };
  let reason: Anthropic.StopReason | null = null;
  for await (const event of events) {
    if (event.type === 'message_start') {
      const counted = event.message.usage;
      usage.inputTokens =
        (counted?.input_tokens ?? 0) +
        (counted?.cache_creation_input_tokens ?? 0) +
        (counted?.cache_read_input_tokens ?? 0);
      usage.cachedTokens = counted?.cache_read_input_tokens ?? undefined;
      usage.outputTokens = counted?.output_tokens ?? 0;
    } else if (event.type === 'content_block_start') {
      const block = { ...event.content_block };
      blocks.set(event.index, block);
      if (block.type !== 'text') yield { type: 'progress' };
      else if (block.text) yield { type: 'text', text: block.text };
    } else if (event.type === 'content_block_delta') {
      const { delta } = event;
      const block = blocks.get(event.index);
      if (delta.type === 'input_json_delta' && block) block.json = (block.json ?? '') + delta.partial_json;
      else if (delta.type === 'thinking_delta' && block?.type === 'thinking')
        block.thinking += delta.thinking;
      else if (delta.type === 'signature_delta' && block?.type === 'thinking')
        block.signature = delta.signature;
      if (delta.type === 'text_delta' && delta.text) yield { type: 'text', text: delta.text };
      else if (Object.entries(delta).some(([name, value]) => name !== 'type' && value))
        yield { type: 'progress' };
    } else if (event.type === 'message_delta') {
      reason = event.delta.stop_reason ?? reason;
      usage.outputTokens = event.usage?.output_tokens ?? usage.outputTokens;
    } else if (event.type === 'message_stop') {
      reason ??= 'end_turn';
      // Some servers never end the stream.
      break;
    }
  }
  if (reason === null) return null;
  // The prompt left no room for a word.
  if (reason === 'model_context_window_exceeded' && blocks.size === 0) throw { error: { type: reason } };

  const calls = [...blocks.values()]
    .filter((block) => block.type === 'tool_use')
    .map(({ id, name, input, json }) => ({
      id,
      name,
      arguments: json?.trim() || JSON.stringify(input ?? {}),
    }))
    // A call that the length limit cut in two cannot be run.
    .filter((call) => reason !== 'max_tokens' || !('invalid_arguments' in argumentsObject(call.arguments)));
  const first = calls[0];
  if (first) keep(thoughts, keyOf(first), [...blocks.values()].filter(isThought));
  for (const call of calls) yield { type: 'call', call };
  return { type: 'end', finish: calls.length > 0 ? 'calls' : finishOf(reason), usage };
}

function finishOf(reason: Anthropic.StopReason): 'stop' | 'length' | 'filtered' {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  return reason === 'refusal' ? 'filtered' : 'stop';
}

function isThought(block: Anthropic.ContentBlock): block is Anthropic.ContentBlock & Thought {
  return block.type === 'redacted_thinking' || (block.type === 'thinking' && block.signature !== '');
}

/** Not the id alone: some servers count calls anew in each conversation, and another model's call may have the same. */
function keyOf({ id, name, arguments: words }: ToolCall): string {
  return JSON.stringify([id, name, words]);
}

function keep(thoughts: Thoughts, key: string, blocks: Thought[]): void {
  if (blocks.length === 0) return;
  thoughts.set(key, blocks);
  for (const oldest of thoughts.keys()) {
    if (thoughts.size <= thoughtLimit) break;
    thoughts.delete(oldest);
  }
}

function bodyOf(
  request: ModelRequest,
  model: string,
  thoughts: Thoughts,
  pictures: Pictures,
): Anthropic.MessageCreateParamsStreaming {
  const { tools, maxTokens } = request;
  const { system, messages } = promptText(request);
  return {
    model,
    stream: true,
    max_tokens: maxTokens,
    messages: alternating(withCallIds(messages, callIds), thoughts, pictures),
    ...(system.trim() ? { system } : {}),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: { ...parameters, type: 'object' as const },
          })),
        }),
  };
}

/** The API wants the user's and the assistant's messages by turns, the user's first and last, none of them blank. */
function alternating(
  messages: ModelMessage[],
  thoughts: Thoughts,
  pictures: Pictures,
): Anthropic.MessageParam[] {
  const turns: { role: Role; content: Block[] }[] = [];
  for (const message of messages) {
    const role: Role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = blocksOf(message, thoughts, pictures);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) turns.push({ role, content });
  }
  const aside = (text: string) => ({ role: 'user' as const, content: [{ type: 'text' as const, text }] });
  if (turns[0]?.role !== 'user') turns.unshift(aside('(The conversation began earlier.)'));
  if (turns.at(-1)?.role !== 'user') turns.push(aside('Please go on.'));
  return turns;
}

function blocksOf(message: ModelMessage, thoughts: Thoughts, pictures: Pictures): Block[] {
  const text: Block[] = message.text.trim() ? [{ type: 'text', text: message.text }] : [];
  switch (message.role) {
    case 'tool':
      return [{ type: 'tool_result', tool_use_id: message.callId, content: message.text }];
    case 'user':
      return [...(message.images ?? []).filter(isReadable).map((image) => imageOf(image, pictures)), ...text];
    case 'assistant': {
      const calls = message.calls ?? [];
      return [
        ...((calls[0] && thoughts.get(keyOf(calls[0]))) ?? []),
        ...text,
        ...calls.map(({ id, name, arguments: words }) => ({
          type: 'tool_use' as const,
          id,
          name,
          input: argumentsObject(words),
        })),
      ];
    }
  }
}

function imageOf({ mediaType, bytes }: Image, pictures: Pictures): Block {
  const media_type = mediaType as Anthropic.Base64ImageSource['media_type'];
  return { type: 'image', source: { type: 'base64', media_type, data: pictures.standIn(bytes) } };
}
