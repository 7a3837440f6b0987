/** One room as somebody sees it who talks there. Pages tell it what the hub's live stream says. */
import { computed, effect, signal, untracked } from '@preact/signals';
import type { HubEvent, TurnEvent } from '../live/events.js';
import { History } from './history.js';
import { Outbox } from './outbox.js';
import { Paint } from './paint.js';
import { entries, type Running, RunningTurn, type Step, stepsOf } from './shown.js';
import type { StoredMessage, Transport } from './transport.js';

/** While an answer is awaited and nothing is heard for so long, the history is read: an event may have been lost. */
const silenceMs = 4000;

export class Conversation {
  readonly transport: Transport;
  readonly history: History;
  readonly outbox: Outbox;
  readonly running = signal<Running | null>(null);
  /** What turns did, by their ids; undefined: not read. */
  readonly steps = signal<ReadonlyMap<string, Step[]>>(new Map());
  readonly stopping = signal(false);
  readonly entries;
  /** Whether an answer is on its way. */
  readonly answering;
  readonly #paint = new Paint();
  readonly #ended = new Set<string>();
  /** Messages that were there when somebody stopped what ran. */
  readonly #stopped = signal<ReadonlySet<string>>(new Set());
  #turn: RunningTurn | null = null;
  #heardAt = Date.now();
  readonly #dispose: (() => void)[] = [];

  constructor(transport: Transport) {
    this.transport = transport;
    this.history = new History(transport);
    this.outbox = new Outbox(transport);
    const { messages } = this.history;
    this.entries = computed(() =>
      entries(messages.value ?? [], this.outbox.sending.value, this.running.value, this.outbox.pictures),
    );
    this.answering = computed(() => {
      if (this.stopping.value) return false;
      if (this.running.value) return true;
      // A message of others may wait for a person.
      if (transport.tellsStates) return false;
      const waits = ({ id, role, status }: StoredMessage) =>
        role === 'user' && status === 'pending' && !this.#stopped.value.has(id);
      return (
        (messages.value ?? []).some(waits) || this.outbox.sending.value.some(({ state }) => state === 'sent')
      );
    });
    this.#dispose.push(
      effect(() => {
        const read = messages.value ?? [];
        untracked(() => this.#settle(read));
      }),
    );
    const timer = setInterval(() => this.#lookAgain(), 1000);
    this.#dispose.push(
      () => clearInterval(timer),
      () => this.outbox.dispose(),
      () => this.#paint.stop(),
    );
    void this.history.refresh();
  }

  dispose(): void {
    for (const end of this.#dispose) end();
  }

  async send(text: string, files: File[]): Promise<void> {
    await this.outbox.send(text, files);
    await this.history.refresh();
  }

  async sendAgain(messageId: string): Promise<void> {
    await this.outbox.again(messageId);
    await this.history.refresh();
  }

  /** @throws what the hub refuses */
  async stop(): Promise<void> {
    const roomId = this.history.roomId.value;
    if (!this.transport.stop || roomId === undefined || this.stopping.value) return;
    this.stopping.value = true;
    try {
      const stopped = await this.transport.stop(roomId);
      for (const id of [stopped, this.#turn?.turnId]) if (id != null) this.#ended.add(id);
      this.#stopped.value = new Set((this.history.messages.value ?? []).map(({ id }) => id));
      await this.history.refresh();
      this.#clear();
    } finally {
      this.stopping.value = false;
    }
  }

  /** What happens in the room's turns. What is told of a turn that has ended is late, and nothing. */
  see(event: TurnEvent): void {
    this.#heardAt = Date.now();
    const { turnId } = event;
    if (this.#ended.has(turnId)) return;
    if (isEnd(event)) {
      this.#ended.add(turnId);
      this.#keepSteps();
      void this.history.refresh().then(() => this.#clear(turnId));
      return;
    }
    if (this.#turn?.turnId !== turnId) this.#turn = new RunningTurn(turnId);
    const turn = this.#turn;
    turn.see(event);
    this.#paint.soon(() => {
      if (this.#turn === turn) this.running.value = turn.shown();
    });
  }

  /** Null: anything may have happened. */
  seeHub(event: HubEvent | null): void {
    if (event && event.roomId !== this.history.roomId.value) return;
    this.#heardAt = Date.now();
    void this.history.refresh();
  }

  /** Reads what a turn did, for whoever looks at its answer. */
  async readSteps(turnId: string): Promise<void> {
    if (this.steps.value.has(turnId)) return;
    this.#setSteps(turnId, []);
    const turn = await this.transport.turn(turnId).catch(() => null);
    if (turn) this.#setSteps(turnId, stepsOf(turn));
  }

  /** A turn whose reply is there is over, and so is one of which nothing is heard while none of its messages waits. */
  #settle(messages: readonly StoredMessage[]): void {
    this.outbox.seen(messages);
    const turn = this.#turn;
    if (!turn) return;
    const replied = messages.some(({ turnId, role }) => role === 'assistant' && turnId === turn.turnId);
    const covered = messages.filter(({ id }) => turn.covers.includes(id));
    const done = covered.length > 0 && covered.every(({ status }) => status !== 'pending');
    if (!replied && !(done && Date.now() - turn.heardAt > silenceMs)) return;
    this.#ended.add(turn.turnId);
    this.#keepSteps();
    this.#clear();
  }

  #lookAgain(): void {
    if (!this.answering.value || document.visibilityState === 'hidden') return;
    if (Date.now() - this.#heardAt < silenceMs) return;
    this.#heardAt = Date.now();
    void this.history.refresh();
  }

  #clear(turnId = this.#turn?.turnId): void {
    if (this.#turn?.turnId !== turnId) return;
    this.#turn = null;
    this.running.value = null;
  }

  #keepSteps(): void {
    const shown = this.#turn?.shown();
    if (shown && shown.steps.length > 0) this.#setSteps(shown.turnId, shown.steps);
  }

  #setSteps(turnId: string, steps: Step[]): void {
    this.steps.value = new Map([...this.steps.value, [turnId, steps]]);
  }
}

function isEnd({ type }: { type: string }): boolean {
  return type === 'reply' || type === 'turn.finished' || type === 'turn.failed';
}
