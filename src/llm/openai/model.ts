/** OpenAI's Chat Completions, and the many services that speak it: Ollama, vLLM, LM Studio, Groq, OpenRouter … */
import type { OpenAI } from 'openai';
import {
  argumentsObject,
  cutStream,
  failureOf,
  isReadable,
  type LanguageModel,
  type ModelAbilities,
  type ModelChunk,
  type ModelMessage,
  type ModelRequest,
  newId,
  type Pictures,
  promptText,
  type ToolCall,
  type Usage,
  withCallIds,
} from '../../extension-api.js';
import { type OpenAIConnection, type OpenAIOptions, openaiConnection } from './client.js';
import { abilitiesOf } from './models.js';

type Chat = OpenAI.Chat.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.Chat.ChatCompletionMessageParam;
type Chunks = AsyncIterable<OpenAI.Chat.ChatCompletionChunk> & { controller: AbortController };
type Delta = OpenAI.Chat.ChatCompletionChunk.Choice.Delta;

/** How long the report of usage is waited for once the answer is whole, in ms. */
const closingMs = 3000;

export interface OpenAIModelOptions extends OpenAIOptions {
  /** What is said of the model; the rest is what is known of it. */
  abilities?: Partial<ModelAbilities>;
}

export function openaiModel(options: OpenAIModelOptions): LanguageModel {
  const connection = openaiConnection(options);
  const { service, official, bodies } = connection;
  const abilities = { ...abilitiesOf(options.model, official), ...options.abilities };
  return {
    id: options.id ?? `openai:${options.model}`,
    abilities,
    async *stream(request, signal) {
      signal.throwIfAborted();
      const pictures = bodies.open();
      try {
        const client = await connection.client();
        const body = chatOf(request, connection, abilities.sees ? pictures : null);
        const chunks = await client.chat.completions.create(body, { signal });
        const end = yield* read(chunks);
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

/** Reads a whole stream. Null means it was cut: neither a finish reason came nor the closing usage report. */
async function* read(chunks: Chunks): AsyncGenerator<ModelChunk, (ModelChunk & { type: 'end' }) | null> {
  let closing: NodeJS.Timeout | undefined;
  try {
    return yield* readTo(chunks, () => {
      closing ??= setTimeout(() => chunks.controller.abort(), closingMs);
    });
  } finally {
    clearTimeout(closing);
  }
}

/** @param done is called when all but the usage has been said: some servers never end the stream. */
async function* readTo(
  chunks: Chunks,
  done: () => void,
): AsyncGenerator<ModelChunk, (ModelChunk & { type: 'end' }) | null> {
  const calls = new CallAssembly();
  let usage: Usage = { inputTokens: 0, outputTokens: 0 };
  let reason: string | undefined;
  for await (const chunk of chunks) {
    const failure = failureIn(chunk);
    if (failure) throw { error: failure };
    const choice = chunk.choices?.[0];
    if (chunk.usage) {
      usage = {
        inputTokens: chunk.usage.prompt_tokens ?? 0,
        outputTokens: chunk.usage.completion_tokens ?? 0,
        cachedTokens: chunk.usage.prompt_tokens_details?.cached_tokens,
      };
      // Some servers give no reason, but report usage once they are done.
      if (!choice) reason ??= 'stop';
    }
    const text = choice?.delta?.content || choice?.delta?.refusal;
    if (typeof text === 'string' && text) yield { type: 'text', text };
    else if (choice?.delta && hasContent(choice.delta)) yield { type: 'progress' };
    for (const fragment of choice?.delta?.tool_calls ?? []) calls.add(fragment);
    if (choice?.finish_reason) {
      reason = choice.finish_reason;
      done();
    }
  }
  if (reason === undefined) return null;
  const whole = calls.finish(reason === 'length');
  for (const call of whole) yield { type: 'call', call };
  return { type: 'end', finish: finishOf(reason, whole.length > 0), usage };
}

/** Failures that come as any chunk does; of the SDK's own, it throws those alone that stand in the field `error`. */
function failureIn(chunk: object): object | null {
  const { type, object, response, choices } = chunk as Record<string, unknown>;
  // A `response.failed` of OpenAI's newer protocol, which proxies pass on; vLLM's; OpenRouter's.
  const found = [Object(response).error, Object((choices as unknown[] | undefined)?.[0]).error];
  if (type === 'error' || object === 'error') found.push(chunk);
  if (Object((choices as unknown[] | undefined)?.[0]).finish_reason === 'error')
    found.push({ type: 'error' });
  return found.find((one): one is object => typeof one === 'object' && one !== null) ?? null;
}

/** Thoughts, under whatever name, or a piece of a call; an empty delta only keeps the connection open. */
function hasContent({ role: _, ...delta }: Delta): boolean {
  return Object.values(delta).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
}

/** Servers disagree on the reason, so calls that are there count for more than what is said about them. */
function finishOf(reason: string, hasCalls: boolean): 'stop' | 'calls' | 'length' | 'filtered' {
  if (hasCalls) return 'calls';
  if (reason === 'length') return 'length';
  return reason === 'content_filter' ? 'filtered' : 'stop';
}

interface PartialCall {
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/**
 * Puts calls together from fragments. OpenAI numbers them; others leave out the number or the id, or give
 * every call of an answer the number 0.
 */
class CallAssembly {
  private readonly calls: PartialCall[] = [];

  add(fragment: NonNullable<Delta['tool_calls']>[number]): void {
    const { id, function: named } = fragment;
    const index: number | undefined = fragment.index;
    let call = index === undefined ? this.calls.at(-1) : this.calls.findLast((c) => c.index === index);
    const another =
      !call ||
      (id && call.id && id !== call.id) ||
      (!id && named?.name && call.arguments && isJson(call.arguments));
    if (another || !call) {
      call = { index, id: '', name: '', arguments: '' };
      this.calls.push(call);
    }
    call.id ||= id ?? '';
    call.name ||= named?.name ?? '';
    // Ollama once sent an object where text belongs.
    const words: unknown = named?.arguments;
    call.arguments += typeof words === 'string' ? words : words ? JSON.stringify(words) : '';
  }

  /** @param cutShort the answer hit its length limit: a last call that is not whole is dropped. */
  finish(cutShort: boolean): ToolCall[] {
    return this.calls
      .filter((call) => call.name && !(cutShort && !isJson(call.arguments)))
      .map((call) => ({
        id: call.id || `call_${newId()}`,
        name: call.name,
        arguments: call.arguments.trim() || '{}',
      }));
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @param pictures null: the model does not see. */
function chatOf(
  request: ModelRequest,
  { service, official }: OpenAIConnection,
  pictures: Pictures | null,
): Chat {
  const { tools, maxTokens, temperature } = request;
  const { system, messages } = promptText(request);
  const known = withCallIds(messages, callIdsOf(service));
  const opening: Message[] = system ? [{ role: 'system', content: system }] : [];
  return {
    model: service.model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [...opening, ...known.map((message) => messageOf(message, pictures))],
    // OpenAI's newer models refuse `max_tokens`; most other services know nothing else.
    ...(official ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...(temperature === undefined || (official && reasons(service.model)) ? {} : { temperature }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters },
          })),
        }),
  };
}

/** Mistral's models take none but ids of nine letters and digits, whoever serves them; OpenAI takes forty characters. */
function callIdsOf({ host, model }: OpenAIConnection['service']): RegExp {
  return /(mi[sn]|dev|magi)s?tral|mixtral/i.test(`${host} ${model}`) ? /^[a-z\d]{9}$/i : /^[\w-]{1,40}$/;
}

/** OpenAI's reasoning models reject a request that sets the temperature. */
function reasons(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model) && !model.includes('-chat');
}

function messageOf(message: ModelMessage, pictures: Pictures | null): Message {
  switch (message.role) {
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text };
    case 'assistant': {
      if (!message.calls?.length) return { role: 'assistant', content: message.text };
      const tool_calls = message.calls.map(({ id, name, arguments: words }) => ({
        id,
        type: 'function' as const,
        // Some servers reject the whole conversation for one call that is not JSON.
        function: { name, arguments: isJson(words) ? words : JSON.stringify(argumentsObject(words)) },
      }));
      return { role: 'assistant', content: message.text || null, tool_calls };
    }
    case 'user': {
      const images = (message.images ?? []).filter(isReadable);
      if (!pictures || images.length === 0) return { role: 'user', content: message.text };
      return {
        role: 'user',
        content: [
          ...(message.text ? [{ type: 'text' as const, text: message.text }] : []),
          ...images.map(({ mediaType, bytes }) => ({
            type: 'image_url' as const,
            image_url: { url: `data:${mediaType};base64,${pictures.standIn(bytes)}` },
          })),
        ],
      };
    }
  }
}
