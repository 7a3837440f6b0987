/** One message's turn as server-sent events. */
import type { ServerResponse } from 'node:http';
import {
  type Outcome,
  type TurnEvent,
  type TurnFailure,
  TurnText,
  turnFailure,
} from '../../src/extension-api.js';
import { answer, type CallerIds, errorBody, parsedArguments } from './render.js';

const heartbeatMs = 15_000;

/** Unsent bytes above which no more deltas are written: a client that slow gets the rest when it has read them. */
const maxUnsentBytes = 262_144;

/**
 * The deltas since the last `turn.started`, put together, are the reply's text: what was missed, because the
 * client came late, was slow, or an event was lost, is sent before `reply`.
 */
export class ReplyStream {
  readonly #res: ServerResponse;
  readonly #ids: CallerIds;
  readonly #memoryId: string;
  readonly #heartbeat: NodeJS.Timeout;
  /** The covering turn, once it is known to have started. */
  #turn: { id: string; covers: string[]; attempt: number } | null = null;
  #sent = '';
  readonly #said = new TurnText();

  constructor(res: ServerResponse, ids: CallerIds, memoryId: string) {
    this.#res = res;
    this.#ids = ids;
    this.#memoryId = memoryId;
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    res.flushHeaders();
    this.#heartbeat = setInterval(() => this.#unsent() || res.write(':\n\n'), heartbeatMs);
    res.once('close', () => clearInterval(this.#heartbeat));
  }

  /** Passes on what belongs to this message's turn; other turns of the room are not shown. */
  readonly see = (event: TurnEvent): void => {
    if (event.type === 'turn.started' || event.type === 'text.so-far') {
      if (!event.covers.includes(this.#memoryId)) return;
      const { turnId, covers, attempt } = event;
      const goesOn =
        event.type === 'text.so-far' && turnId === this.#turn?.id && event.text.startsWith(this.#sent);
      if (!goesOn) this.#start(turnId, covers, attempt);
    }
    if (event.turnId !== this.#turn?.id) return;
    this.#said.see(event);
    this.#show(this.#said.text);
    if (event.type === 'turn.waiting') {
      const { until, error } = event;
      this.#write('turn.waiting', { turnId: event.turnId, until: new Date(until).toISOString(), error });
    }
    if (event.type === 'action.started') {
      const { callId, name } = event;
      this.#write('action.started', { callId, name, arguments: parsedArguments(event.arguments) });
    }
    if (event.type === 'action.finished') {
      const { callId, name, ok, result } = event;
      this.#write('action.finished', { callId, name, ok, result });
    }
  };

  finish(outcome: Outcome): void {
    if (outcome.error) {
      const { error, turnId, cause } = turnFailure(outcome);
      this.#write('turn.failed', { error: errorBody(error, cause), turnId });
    } else {
      if (outcome.reply) this.#complete(outcome.turnId, outcome.reply.memory.content.text);
      this.#write('reply', answer(this.#ids, outcome));
    }
    this.#res.end();
  }

  /** Ends the stream without an answer: the turn goes on, the waiting does not. */
  fail({ error, turnId, cause }: TurnFailure): void {
    this.#write('error', { error: errorBody(error, cause), turnId });
    this.#res.end();
  }

  #start(id: string, covers: string[], attempt: number): void {
    this.#turn = { id, covers, attempt };
    this.#sent = '';
    this.#write('turn.started', { turnId: id, covers, attempt });
  }

  /** @param text begins with what was sent. */
  #show(text: string): void {
    if (this.#unsent() <= maxUnsentBytes) this.#sendRest(text);
  }

  #sendRest(text: string): void {
    const rest = text.slice(this.#sent.length);
    this.#sent = text;
    if (rest !== '') this.#write('text.delta', { text: rest });
  }

  #complete(turnId: string, text: string): void {
    const begun = this.#turn?.id === turnId && text.startsWith(this.#sent);
    if (!begun) this.#start(turnId, this.#turn?.covers ?? [this.#memoryId], this.#turn?.attempt ?? 1);
    this.#sendRest(text);
  }

  #unsent(): number {
    return this.#res.writableLength;
  }

  #write(event: string, data: object): void {
    if (!this.#res.destroyed) this.#res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
