/** Benign cases on the stage: what the model has read, what people were shown, and what reached the outside. */
import type { Target } from './attempt.js';
import { type Benign, benign } from './benign.js';
import type { Defences } from './defences.js';
import { PoliteModel } from './polite-model.js';
import { Stage, targetOf } from './stage.js';

export interface Staged extends Benign {
  target: Target;
}

export const benignCases: Staged[] = benign.map((make, index) => {
  const target = targetOf(`z${index + 10}`);
  return { ...make(target), target };
});

/** What was seen of a case, from outside and by the model. */
export interface Seen {
  read: string;
  shown: string[];
  deeds: object[];
}

/** By the cases' names. */
export async function runBenign(defences: Defences): Promise<Map<string, Seen>> {
  const model = new PoliteModel(benignCases);
  const stage = await Stage.open(defences, model, benignCases);
  try {
    const seen = benignCases.map(async (one): Promise<[string, Seen]> => {
      const { target, name, by, text, quote, page, ticket } = one;
      const place = one.in && { in: one.in };
      await stage.play('heron', target, [
        ...(page ? [{ page }] : []),
        ...(ticket ? [{ ticket }] : []),
        { by, text, ...place, ...(quote && { quote }) },
      ]);
      const { rooms, world } = stage;
      const shown = rooms.seen(one.in ? target[one.in] : target[by]);
      return [name, { read: model.read.get(target.id) ?? '', shown, deeds: world.deeds }];
    });
    return new Map(await Promise.all(seen));
  } finally {
    await stage.close();
  }
}
