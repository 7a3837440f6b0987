import type { Config } from '../config.js';
import { Kept } from '../core/kept.js';
import { FatalError } from '../errors.js';
import type { EmbedderExtension } from '../extensions/extension.js';
import { hubValues, type Reading, readSettings, type Secrets } from '../extensions/settings.js';
import type { Embedder } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { problemText, sentence } from '../problems.js';
import { madeEmbedder } from './made.js';

/** One that is made anew, when it is asked next, after one of its secrets has changed. Its vectors stay what they were. */
export interface RenewedEmbedder extends Embedder {
  forget(reference: string): void;
}

/** @param read what the first one is made with. */
export async function renewedEmbedder(
  extension: EmbedderExtension,
  read: Reading,
  model: string,
  { config, secrets, log }: { config: Config; secrets: Secrets; log: Logger },
): Promise<RenewedEmbedder> {
  const make = async ({ settings, nameOf }: Reading) =>
    madeEmbedder(extension.name, await extension.create({ settings, nameOf, model, log }));
  const again = async () => {
    const now = await readSettings(extension, hubValues(extension, config.given), secrets);
    if ('problems' in now) throw new FatalError('config_invalid', sentence(problemText(now.problems)));
    return make(now);
  };
  const first = await make(read);
  let last = first;
  const made = new Kept<Embedder>();
  await made.get(extension, async () => first);
  const present = () =>
    made.get(extension, async () => {
      last = await again();
      return last;
    });
  const drop = () => {
    const [old] = made.values();
    made.forget(extension);
    return old?.then((embedder) => embedder.close()).catch(() => {});
  };
  return {
    id: first.id,
    // Some learn them from their first answer.
    get dimensions() {
      return last.dimensions || first.dimensions;
    },
    ...(first.languages && { languages: first.languages }),
    embed: async (texts, use) => (await present()).embed(texts, use),
    ...(first.wake && { wake: async () => (await present()).wake?.() }),
    forget(reference) {
      if (read.references.some((one) => config.given.whereIs(one) === reference)) void drop();
    },
    close: async () => drop(),
  };
}
