import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import type { EmbedderExtension } from '../extensions/extension.js';
import { hubValues, type Reading, readSettings, type Secrets } from '../extensions/settings.js';
import type { Embedder } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { problemText } from '../problems.js';
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
    if ('problems' in now) throw new FatalError('config_invalid', `${problemText(now.problems)}.`);
    return make(now);
  };
  const first = await make(read);
  let last = first;
  let made: Promise<Embedder> | null = Promise.resolve(first);
  const present = () => {
    if (made) return made;
    const making = again().then((embedder) => {
      last = embedder;
      return embedder;
    });
    // Not kept: what was missing may be there the next time.
    making.catch(() => {
      if (made === making) made = null;
    });
    made = making;
    return making;
  };
  const drop = (old = made) => {
    made = null;
    return old?.then((embedder) => embedder.close()).catch(() => {});
  };
  return {
    id: first.id,
    // Some learn them from their first answer.
    get dimensions() {
      return last.dimensions || first.dimensions;
    },
    embed: async (texts) => (await present()).embed(texts),
    forget(reference) {
      if (read.references.includes(reference)) void drop();
    },
    close: async () => drop(),
  };
}
