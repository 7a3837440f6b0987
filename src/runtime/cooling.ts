import type { EventBus } from '../bus/bus.js';
import { type ModelEvent, modelTopic } from '../core/events.js';
import type { PassedOver } from '../core/turn.js';
import { RetryableError } from '../errors.js';
import type { LanguageModel } from '../llm/llm.js';
import { told } from '../redaction.js';

interface Cool extends PassedOver {
  /** Unix ms. */
  until: number;
}

/**
 * Models whose provider has asked not to be asked for a while. Another one of a chain is asked before them; where there is
 * none they are asked all the same, since a provider may say more than it needs. Every process hears of it that runs now.
 */
export class Cooling {
  readonly #models = new Map<string, Cool>();
  readonly #bus: EventBus;
  readonly #now: () => number;

  constructor(bus: EventBus, now: () => number) {
    this.#bus = bus;
    this.#now = now;
    // Without it, each process learns by itself.
    bus.subscribe<ModelEvent>(modelTopic, ({ type: _, ...cool }) => this.#keep(cool)).catch(() => {});
  }

  failed(model: string, error: unknown): void {
    const askedMs = error instanceof RetryableError ? error.retryAfterMs : undefined;
    if (!askedMs) return;
    const cool = { model, ...told(error), until: this.#now() + askedMs };
    this.#keep(cool);
    this.#bus.publish(modelTopic, { type: 'model.cooling', ...cool });
  }

  /** The same models, those that cool down last; and why the first ones were passed over. */
  order(chain: LanguageModel[]): { models: LanguageModel[]; passedOver: PassedOver[] } {
    const cool = ({ id }: LanguageModel) => this.#of(id);
    const ready = chain.filter((model) => !cool(model));
    if (ready.length === 0) return { models: chain, passedOver: [] };
    const before = chain.slice(0, chain.indexOf(ready[0]!));
    const passedOver = before.flatMap((model) => {
      const { until: _, ...why } = cool(model)!;
      return [why];
    });
    return { models: [...ready, ...chain.filter(cool)], passedOver };
  }

  #of(model: string): Cool | undefined {
    const cool = this.#models.get(model);
    if (cool && cool.until > this.#now()) return cool;
    this.#models.delete(model);
    return undefined;
  }

  #keep(cool: Cool): void {
    this.#models.set(cool.model, cool);
  }
}
