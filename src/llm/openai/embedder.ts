/** Embeddings of OpenAI and of the services that speak its protocol. */
import {
  type Embedder,
  type EmbedUse,
  FatalError,
  failureOf,
  RetryableError,
  unitVector,
} from '../../extension-api.js';
import { type OpenAIOptions, openaiConnection } from './client.js';
import { embeddingModelOf } from './embedding-models.js';
import type { EmbeddingOptions } from './embedding-settings.js';
import { beginningOf, estimatedTokens } from './window.js';

/** OpenAI takes 2048 texts, 8191 tokens a text and 300,000 tokens a request; a token is at least a byte. */
const limits = { texts: 256, textBytes: 8000, requestBytes: 250_000 };

const settings = { key: 'OPENAI_API_KEY', model: 'OPENAI_EMBEDDING_MODEL', url: 'OPENAI_BASE_URL' };

/** A call has no signal of its own, so it must not wait for ever. */
const timeoutMs = 60_000;
/** How often a text that is refused is tried with half of it. */
const mostHalvings = 2;
/** No model reads less, whatever was refused. */
const leastWindow = 64;

interface EmbedderOptions extends OpenAIOptions {
  /** What is known of the model besides. */
  embedding?: EmbeddingOptions;
  /** The server lets go of a model that is not asked for a while. */
  rests?: boolean;
  /** Told of a text of which only a beginning was read. */
  log?: { info(bindings: object, message: string): void };
}

/** `dimensions` is 0 until the first call for a model that nothing is known of. */
export function openaiEmbedder(options: EmbedderOptions): Embedder {
  const { service, official, client } = openaiConnection({ settings, ...options });
  const model = { ...embeddingModelOf(options.model), ...options.embedding };
  const { askedDimensions, batch = limits.texts } = model;
  const closing = new AbortController();
  let dimensions = askedDimensions ?? model.dimensions ?? 0;
  /** Less, once a longer text was refused. */
  let window = model.tokens ?? Number.POSITIVE_INFINITY;

  async function embedBatch(input: string[]): Promise<Float32Array[]> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const openai = await client();
      const { data } = await openai.embeddings.create(
        {
          ...{ model: options.model, input },
          // Asked for outright, either form comes as it was sent: the SDK would decode numbers as base64.
          encoding_format: official ? 'base64' : 'float',
          ...(askedDimensions !== undefined && { dimensions: askedDimensions }),
        },
        { signal },
      );
      return vectorsOf(data, input.length);
    } catch (error) {
      closing.signal.throwIfAborted();
      if (signal.aborted)
        throw new RetryableError('model_timeout', `${service.provider} made no embeddings in time.`);
      throw failureOf(service, error);
    }
  }

  /** A text by itself may be shortened, until it is taken. */
  async function embedOne(text: string): Promise<Float32Array[]> {
    let tooLong = false;
    for (let halvings = 0; ; halvings++) {
      const tried = text.slice(0, Math.ceil(text.length / 2 ** halvings)).replace(/[\ud800-\udbff]$/, '');
      try {
        const vectors = await embedBatch([tried]);
        if (halvings > 0) shortened(text, tried);
        if (tooLong) window = Math.min(window, Math.max(leastWindow, estimatedTokens(tried)));
        return vectors;
      } catch (error) {
        tooLong ||= error instanceof FatalError && error.code === 'prompt_too_long';
        if (!isOfText(error) || halvings === mostHalvings || tried.length < 32) throw error;
      }
    }
  }

  function shortened(text: string, kept: string): void {
    options.log?.info(
      { model: options.model, letters: text.length, kept: kept.length },
      'a text is longer than the embedder reads: it knows the beginning',
    );
  }

  /** OpenAI rejects a request that has an empty text in it, or one that is too long. */
  function prepared(text: string, prefix: string): string {
    const plain = text.trim() ? `${prefix}${text}`.replace(/\p{Cs}/gu, ' ') : '.';
    const bytes = Buffer.from(plain);
    const most =
      bytes.length <= limits.textBytes
        ? plain
        : bytes.toString('utf8', 0, limits.textBytes).replace(/\uFFFD$/, '');
    const kept = beginningOf(most, window);
    if (kept.length < plain.length) shortened(plain, kept);
    return kept;
  }

  function vectorsOf(data: { index: number; embedding: unknown }[], count: number): Float32Array[] {
    const vectors = [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => vectorOf(embedding));
    const size = vectors[0]?.length ?? 0;
    dimensions ||= size;
    if (vectors.length === count && size > 0 && vectors.every((v) => v.length === dimensions)) return vectors;
    throw new FatalError(
      'model_refused',
      `${service.host} made ${vectors.length} vectors of ${size} numbers where ${count} of ${dimensions} were due. ` +
        `Check that ${service.settings.model} names an embedding model${askedDimensions ? ', and that it can make vectors of that length' : ''}.`,
      { field: service.settings.model },
    );
  }

  const embedder: Embedder = {
    id: identityOf(options.id ?? `openai:${options.model}`, options.embedding),
    get dimensions() {
      return dimensions;
    },
    ...(model.languages && !model.languages.includes('all') && { languages: model.languages }),
    async embed(texts, use: EmbedUse = 'text') {
      closing.signal.throwIfAborted();
      const prefix = (use === 'question' ? model.questionPrefix : model.textPrefix) ?? '';
      const vectors: Float32Array[] = [];
      const input = texts.map((text) => prepared(text, prefix));
      for (const some of batches(input, batch))
        vectors.push(...(await (some.length === 1 ? embedOne(some[0]!) : embedBatch(some))));
      return vectors;
    },
    ...(options.rests && { wake: async () => void (await embedder.embed(['.'])) }),
    async close() {
      closing.abort(new RetryableError('shutting_down', 'The embedder is closed.'));
    },
  };
  return embedder;
}

/** Whether it is the text that the server does not take; another setting would be at fault for every text. */
function isOfText(error: unknown): boolean {
  return error instanceof FatalError && error.field === undefined;
}

/** What was set so that the same text gives another vector stands in the id. */
function identityOf(
  id: string,
  { askedDimensions, questionPrefix, textPrefix }: EmbeddingOptions = {},
): string {
  const said = [
    askedDimensions !== undefined && `dimensions=${askedDimensions}`,
    questionPrefix !== undefined && `question=${JSON.stringify(questionPrefix)}`,
    textPrefix !== undefined && `text=${JSON.stringify(textPrefix)}`,
  ];
  return [id, ...said.filter((one) => one !== false)].join(' ');
}

function* batches(texts: string[], most: number): Generator<string[]> {
  let batch: string[] = [];
  let size = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    if (batch.length === most || (batch.length > 0 && size + bytes > limits.requestBytes)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(text);
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}

/** Numbers, or base64 of little-endian 32-bit floats. */
function vectorOf(embedding: unknown): Float32Array {
  if (Array.isArray(embedding)) return unitVector(embedding);
  const bytes = Buffer.from(String(embedding), 'base64');
  const numbers = Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readFloatLE(i * 4));
  return unitVector(numbers);
}
