/** Embeddings of OpenAI and of the services that speak its protocol. */
import { type Embedder, FatalError, failureOf, RetryableError, unitVector } from '../../extension-api.js';
import { type OpenAIOptions, openaiConnection } from './client.js';

const knownDimensions: Record<string, number> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
};

/** OpenAI takes 2048 texts, 8191 tokens a text and 300,000 tokens a request; a token is at least a byte. */
const limits = { texts: 256, textBytes: 8000, requestBytes: 250_000 };

const settings = { key: 'OPENAI_API_KEY', model: 'OPENAI_EMBEDDING_MODEL', url: 'OPENAI_BASE_URL' };

/** A call has no signal of its own, so it must not wait for ever. */
const timeoutMs = 60_000;

/** `dimensions` is 0 until the first call for a model that is not in the table above. */
export function openaiEmbedder(options: OpenAIOptions): Embedder {
  const { service, official, client } = openaiConnection({ settings, ...options });
  const closing = new AbortController();
  let dimensions = knownDimensions[options.model] ?? 0;

  async function embedBatch(input: string[]): Promise<Float32Array[]> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const openai = await client();
      const { data } = await openai.embeddings.create(
        // Asked for outright, either form comes as it was sent: the SDK would decode numbers as base64.
        { model: options.model, input, encoding_format: official ? 'base64' : 'float' },
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

  function vectorsOf(data: { index: number; embedding: unknown }[], count: number): Float32Array[] {
    const vectors = [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => vectorOf(embedding));
    const size = vectors[0]?.length ?? 0;
    dimensions ||= size;
    if (vectors.length === count && size > 0 && vectors.every((v) => v.length === dimensions)) return vectors;
    throw new FatalError(
      'model_refused',
      `${service.host} made ${vectors.length} vectors of ${size} numbers where ${count} of ${dimensions} were due. ` +
        `Check that ${service.settings.model} names an embedding model.`,
    );
  }

  return {
    id: options.id ?? `openai:${options.model}`,
    get dimensions() {
      return dimensions;
    },
    async embed(texts) {
      closing.signal.throwIfAborted();
      const vectors: Float32Array[] = [];
      for (const batch of batches(texts.map(prepared))) vectors.push(...(await embedBatch(batch)));
      return vectors;
    },
    async close() {
      closing.abort(new RetryableError('shutting_down', 'The embedder is closed.'));
    },
  };
}

/** OpenAI rejects a request that has an empty text in it, or one that is too long. */
function prepared(text: string): string {
  if (!text.trim()) return '.';
  const bytes = Buffer.from(text);
  if (bytes.length <= limits.textBytes) return text;
  return bytes.toString('utf8', 0, limits.textBytes).replace(/\uFFFD$/, '');
}

function* batches(texts: string[]): Generator<string[]> {
  let batch: string[] = [];
  let size = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    if (batch.length === limits.texts || (batch.length > 0 && size + bytes > limits.requestBytes)) {
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
