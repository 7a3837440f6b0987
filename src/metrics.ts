/** What an operator's Prometheus reads: counters of this process, and the depth of the queues it shares. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Turn } from './core/turn.js';

type Counts = { waiting: number; running: number; delayed: number };

export class Metrics {
  readonly #registry = new Registry();
  readonly #received = this.#counter('messages_received_total', 'Messages stored, by connector', [
    'connector',
  ]);
  readonly #refused = this.#counter(
    'messages_refused_total',
    'Messages turned away because too many wait',
    [],
  );
  readonly #turns = new Histogram({
    name: 'carrier_turn_seconds',
    help: 'Turns by how they ended, from claim to commit, in seconds',
    labelNames: ['status'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    registers: [this.#registry],
  });
  readonly #tokens = this.#counter('model_tokens_total', 'Tokens as the models count them', ['direction']);
  readonly #deliveries = this.#counter('deliveries_total', 'Tries to deliver a reply', [
    'connector',
    'outcome',
  ]);

  /** @param queues asked at every scrape; one that cannot answer is left out of it. */
  constructor(queues: Record<string, { counts(): Promise<Counts> }>) {
    collectDefaultMetrics({ register: this.#registry });
    const depth: Gauge = new Gauge({
      name: 'carrier_queue_rooms',
      help: 'Rooms in a queue of the whole cluster, by state',
      labelNames: ['queue', 'state'],
      registers: [this.#registry],
      async collect() {
        depth.reset();
        for (const [name, queue] of Object.entries(queues)) {
          const found = await queue.counts().catch(() => ({}));
          for (const [state, rooms] of Object.entries(found)) depth.set({ queue: name, state }, rooms);
        }
      },
    });
  }

  received(connector: string): void {
    this.#received.inc({ connector });
  }

  refused(): void {
    this.#refused.inc();
  }

  turned({ status, startedAt, finishedAt, usage }: Turn): void {
    this.#turns.observe({ status }, (finishedAt - startedAt) / 1000);
    this.#tokens.inc({ direction: 'input' }, usage.inputTokens);
    this.#tokens.inc({ direction: 'output' }, usage.outputTokens);
  }

  delivered(connector: string, outcome: 'delivered' | 'failed'): void {
    this.#deliveries.inc({ connector, outcome });
  }

  /** In Prometheus' text format, with its content type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name: `carrier_${name}`, help, labelNames, registers: [this.#registry] });
  }
}
