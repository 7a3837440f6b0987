import type { TurnEvent } from '../core/events.js';

/** Someone who comes late, or missed something, sees the whole text after this at the latest, in ms. */
const againMs = 1000;

interface ToldTurn {
  turnId: string;
  roomId: string;
  covers: string[];
  attempt: number;
}

/** Tells a room's watchers of one attempt at a turn, and again and again all that was said so far. */
export class Telling {
  readonly #turn: ToldTurn;
  readonly #tell: (roomId: string, event: TurnEvent) => void;
  readonly #timer: NodeJS.Timeout;
  #text = '';

  constructor(turn: ToldTurn, tell: (roomId: string, event: TurnEvent) => void, everyMs = againMs) {
    this.#turn = turn;
    this.#tell = tell;
    this.publish({ type: 'turn.started', ...turn });
    this.#timer = setInterval(() => this.retell(this.#text), everyMs).unref();
  }

  /** This is all that was said so far: whoever has something else has what is void. */
  readonly retell = (text: string): void => {
    this.#text = text;
    this.publish({ type: 'text.so-far', ...this.#turn, text });
  };

  readonly publish = (event: TurnEvent): void => {
    const { roomId } = this.#turn;
    const isDelta = event.type === 'text.delta';
    this.#tell(roomId, isDelta ? { ...event, at: this.#text.length } : event);
    if (isDelta) this.#text += event.text;
  };

  /** All that was said so far. */
  get text(): string {
    return this.#text;
  }

  /** Call it when the attempt is over, whether it succeeded or not. */
  end(): void {
    clearInterval(this.#timer);
  }
}
