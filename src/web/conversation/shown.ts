/** What stands in the log: what the hub has, what is on its way there, and what is being written. */
import { TurnText } from '../../core/turn-text.js';
import type { TurnEvent } from '../live/events.js';
import type { Outgoing, StoredMessage, TurnShown } from './transport.js';

export interface Step {
  callId: string;
  name: string;
  /** As JSON, or as the model wrote it. */
  arguments: unknown;
  state: 'running' | 'waiting' | 'done' | 'failed';
  result?: unknown;
  durationMs?: number;
}

/** Of one's own, until the hub's history has it. */
export interface Sending extends Outgoing {
  at: string;
  state: 'sending' | 'sent' | 'failed';
  error?: string;
  /** Addresses of pictures, by the place of the file. */
  pictures: (string | undefined)[];
}

/** One entry. Its key stays the same from the first word to the stored message, so that its part of the page does too. */
export type Shown =
  | { kind: 'stored'; key: string; message: StoredMessage; pictures?: Sending['pictures'] }
  | { kind: 'sending'; key: string; message: Sending }
  | { kind: 'running'; key: string; turn: Running };

/** A turn as it is told of. */
export interface Running {
  turnId: string;
  text: string;
  steps: Step[];
  /** Unix ms: its models are away, and it is tried again then. */
  waitingUntil?: number;
  why?: string;
}

export function entries(
  stored: readonly StoredMessage[],
  sending: readonly Sending[],
  running: Running | null,
  pictures: ReadonlyMap<string, Sending['pictures']>,
): Shown[] {
  const named = new Set<string>();
  const shown: Shown[] = stored.map((message) => {
    const { id, messageId, turnId, role } = message;
    const ofTurn = turnId !== null && role === 'assistant' && !named.has(turnId);
    if (ofTurn) named.add(turnId);
    const key = ofTurn ? `turn:${turnId}` : `message:${messageId ?? id}`;
    return { kind: 'stored', key, message, pictures: pictures.get(messageId ?? '') };
  });
  for (const message of sending)
    shown.push({ kind: 'sending', key: `message:${message.messageId}`, message });
  if (running && !named.has(running.turnId))
    shown.push({ kind: 'running', key: `turn:${running.turnId}`, turn: running });
  return shown;
}

/** Puts a turn together from what is told of it. */
export class RunningTurn {
  readonly turnId: string;
  covers: string[] = [];
  heardAt = Date.now();
  #text = new TurnText();
  #steps = new Map<string, Step & { since: number }>();
  #waiting: Pick<Running, 'waitingUntil' | 'why'> = {};

  constructor(turnId: string) {
    this.turnId = turnId;
  }

  see(event: TurnEvent): void {
    this.heardAt = Date.now();
    this.#text.see(event);
    if ('covers' in event) this.covers = event.covers;
    if (event.type !== 'turn.waiting') this.#waiting = {};
    if (event.type === 'turn.waiting')
      this.#waiting = { waitingUntil: Number(new Date(event.until)), why: reasonOf(event.error) };
    if (event.type === 'action.started')
      this.#steps.set(event.callId, {
        ...{ callId: event.callId, name: event.name, arguments: asJson(event.arguments) },
        ...{ state: 'running', since: Date.now() },
      });
    if (event.type !== 'action.finished') return;
    const { callId, name, ok, result } = event;
    const begun = this.#steps.get(callId);
    this.#steps.set(callId, {
      ...(begun ?? { arguments: undefined, since: Date.now() }),
      ...{ callId, name, state: ok ? 'done' : 'failed', result },
      ...(begun && { durationMs: Date.now() - begun.since }),
    });
  }

  shown(): Running {
    const { turnId } = this;
    return { turnId, text: this.#text.text, steps: [...this.#steps.values()], ...this.#waiting };
  }
}

export function stepsOf({ actions }: TurnShown): Step[] {
  return actions.map((action, index) => ({
    ...{ callId: String(index), name: action.name, arguments: action.arguments, result: action.result },
    ...{ state: stateOf(action), durationMs: action.durationMs },
  }));
}

/** A call that somebody is asked for has not failed. */
function stateOf({ state, ok }: TurnShown['actions'][number]): Step['state'] {
  if (state === 'awaiting') return 'waiting';
  return ok ? 'done' : 'failed';
}

function asJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function reasonOf(error: unknown): string | undefined {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : undefined;
}
