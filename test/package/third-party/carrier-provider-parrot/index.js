import { defineEmbedder, defineProvider, FatalError, RetryableError, secret, unitVector } from 'carrier-hub';
import { z } from 'zod';

const provider = defineProvider({
  name: 'parrot',
  about: 'a server that says everything again',
  settings: z.object({
    apiKey: secret(), // PARROT_API_KEY
    baseUrl: z.url(), // PARROT_BASE_URL
    model: z.string().default('grey'), // PARROT_MODEL: where none is named
  }),
  create: ({ endpoint, model, abilities, settings }) =>
    parrotModel({ ...settings, endpoint, model: model || settings.model, abilities }),
  async check({ settings }, signal) {
    const response = await fetch(settings.baseUrl, { signal }).catch(() => null);
    const fix = 'Start the server, or correct PARROT_BASE_URL.';
    return [{ check: 'the parrot answers', ok: response !== null, ...(!response && { fix }) }];
  },
});

function parrotModel({ endpoint, model, baseUrl, apiKey, abilities }) {
  return {
    id: `${endpoint}:${model}`,
    abilities: { sees: false, hears: false, tools: false, ...abilities },
    async *stream({ messages }, signal) {
      signal.throwIfAborted();
      const said = messages.at(-1)?.text ?? '';
      const response = await fetch(`${baseUrl}/say`, {
        method: 'POST',
        signal,
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ model, said }),
      }).catch((cause) => {
        signal.throwIfAborted(); // The reason, as the hub gave it.
        throw new RetryableError('model_unavailable', 'The parrot cannot be reached.', { cause });
      });
      if (response.status === 429 || response.status >= 500)
        throw new RetryableError('model_unavailable', `The parrot answered ${response.status}.`);
      if (!response.ok) throw new FatalError('model_refused', `The parrot answered ${response.status}.`);
      const decoder = new TextDecoder();
      try {
        for await (const bytes of response.body) {
          signal.throwIfAborted();
          const text = decoder.decode(bytes, { stream: true });
          if (text) yield { type: 'text', text };
        }
      } catch (cause) {
        signal.throwIfAborted();
        throw new RetryableError('model_unavailable', 'The parrot broke off.', { cause });
      }
      yield { type: 'end', finish: 'stop', usage: { inputTokens: said.length + 1, outputTokens: 1 } };
    },
  };
}

const embedder = defineEmbedder({
  name: 'parrot',
  about: 'vectors of letters',
  settings: z.object({}),
  create() {
    let closed = false;
    return {
      id: 'parrot:letters',
      dimensions: 27,
      async embed(texts) {
        if (closed) throw new RetryableError('shutting_down', 'The embedder is closed.');
        return texts.map((text) => {
          const counts = new Float32Array(27);
          counts[26] = 1;
          for (const letter of text.toLowerCase())
            if (letter >= 'a' && letter <= 'z') counts[letter.charCodeAt(0) - 97] += 1;
          return unitVector(counts);
        });
      },
      async close() {
        closed = true;
      },
    };
  },
});

export default [provider, embedder];
