/** What an operator's Prometheus reads: counters of this process, and the depth of the queues it shares. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Turn } from './core/turn.js';

type Undelivered = { waiting: number; dead: number; oldest: number | null };

/** Which limit something was over. */
export type Limited = 'person' | 'room' | 'place' | 'token' | 'address' | 'wrong_token' | 'streams' | 'bytes';

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
  readonly #limited = this.#counter('limited_total', 'Messages and requests over a limit, by which', [
    'limit',
  ]);
  readonly #turns = new Histogram({
    name: 'carrier_turn_seconds',
    help: 'Turns by how they ended, from claim to commit, in seconds',
    labelNames: ['status', 'agent'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    registers: [this.#registry],
  });
  readonly #tokens = this.#counter('model_tokens_total', 'Tokens as the models count them', [
    'direction',
    'agent',
    'model',
  ]);
  readonly #calls = this.#counter(
    'model_calls_total',
    'Calls of models, by how they ended: `answered`, or the code of the error',
    ['model', 'outcome'],
  );
  readonly #deliveries = this.#counter('deliveries_total', 'Tries to deliver a reply', [
    'connector',
    'outcome',
  ]);
  readonly #givenUp = this.#counter('deliveries_given_up_total', 'Replies that are tried no more', [
    'connector',
  ]);
  readonly #takenOut = this.#counter(
    'checks_stopped_total',
    'What output checks have stopped, by check and by where it was to go',
    ['check', 'where'],
  );

  /** @param queues and the others are asked at every scrape; what cannot answer is left out of it. */
  constructor(
    queues: Record<string, { counts(): Promise<Counts> }>,
    {
      undelivered,
      unembedded,
      held,
      now,
    }: {
      undelivered(): Promise<Undelivered>;
      /** By kind. */
      unembedded(): Promise<Record<string, number>>;
      /** How many rooms people have taken over. */
      held(): number | null;
      now(): number;
    },
  ) {
    collectDefaultMetrics({ register: this.#registry });
    const oldest = this.#gauge('undelivered_oldest_seconds', 'Age of the oldest reply that still waits', []);
    this.#gauge('undelivered_replies', 'Replies not with their platform', ['state'], async (replies) => {
      replies.reset();
      oldest.reset();
      const found = await undelivered().catch(() => null);
      if (!found) return;
      replies.set({ state: 'waiting' }, found.waiting);
      replies.set({ state: 'dead' }, found.dead);
      oldest.set(found.oldest === null ? 0 : Math.max(0, (now() - found.oldest) / 1000));
    });
    this.#gauge('rooms_held', 'Rooms that people have taken over', [], async (rooms) => {
      rooms.reset();
      const found = held();
      if (found !== null) rooms.set(found);
    });
    this.#gauge('embeddings_backlog', 'Memories that wait for their vector', ['kind'], async (memories) => {
      memories.reset();
      const found = await unembedded().catch(() => ({}));
      for (const [kind, count] of Object.entries(found)) memories.set({ kind }, count);
    });
    this.#gauge(
      'queue_rooms',
      'Rooms in a queue of the whole cluster, by state',
      ['queue', 'state'],
      async (depth) => {
        depth.reset();
        for (const [name, queue] of Object.entries(queues)) {
          const found = await queue.counts().catch(() => ({}));
          for (const [state, rooms] of Object.entries(found)) depth.set({ queue: name, state }, rooms);
        }
      },
    );
  }

  received(connector: string): void {
    this.#received.inc({ connector });
  }

  refused(): void {
    this.#refused.inc();
  }

  limited(limit: Limited): void {
    this.#limited.inc({ limit });
  }

  turned({ status, agentId: agent, model, startedAt, finishedAt, usage }: Turn): void {
    this.#turns.observe({ status, agent }, (finishedAt - startedAt) / 1000);
    const of = { agent, model: model ?? 'none' };
    this.#tokens.inc({ direction: 'input', ...of }, usage.inputTokens);
    this.#tokens.inc({ direction: 'output', ...of }, usage.outputTokens);
  }

  /** @param outcome `answered`, or a code of `errors.ts` */
  called(model: string, outcome: string): void {
    this.#calls.inc({ model, outcome });
  }

  delivered(connector: string, outcome: 'delivered' | 'failed'): void {
    this.#deliveries.inc({ connector, outcome });
  }

  givenUp(connector: string): void {
    this.#givenUp.inc({ connector });
  }

  stopped(check: string, where: 'reply' | 'call'): void {
    this.#takenOut.inc({ check, where });
  }

  /** In Prometheus' text format, with its content type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name: `carrier_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    collect?: (gauge: Gauge<L>) => Promise<void>,
  ): Gauge<L> {
    const gauge: Gauge<L> = new Gauge({
      ...{ name: `carrier_${name}`, help, labelNames, registers: [this.#registry] },
      ...(collect && { collect: () => collect(gauge) }),
    });
    return gauge;
  }
}
