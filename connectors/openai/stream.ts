/** One answer as the chunks of the OpenAI API. */
import type { ServerResponse } from 'node:http';
import {
  CarrierError,
  FatalError,
  type Outcome,
  type TurnEvent,
  TurnText,
  turnFailure,
  type Usage,
} from '../../src/extension-api.js';
import { chunk, failureBody, type Head, usageOf } from './render.js';

const heartbeatMs = 15_000;

/** Unsent bytes above which no more deltas are written: a client that slow gets the rest when it has read them. */
const maxUnsentBytes = 262_144;

const begunAgain =
  'The answer was begun again, and reads otherwise by now: send the request again for all of it.';

/** Begins with the first word: until then what fails has an HTTP status of its own. */
export class ChatStream {
  readonly #res: ServerResponse;
  readonly #includeUsage: boolean;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #said = new TurnText();
  #head: Head | null = null;
  #memoryId: string | null = null;
  #turnId: string | null = null;
  #sent = '';

  constructor(res: ServerResponse, { includeUsage }: { includeUsage: boolean }) {
    this.#res = res;
    this.#includeUsage = includeUsage;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    res.once('close', () => clearInterval(this.#heartbeat));
  }

  /** What it answers; before anything is sent or seen. */
  of(head: Head, memoryId: string | null): void {
    this.#head = head;
    this.#memoryId = memoryId;
  }

  /** Passes on what belongs to this message's turn. */
  readonly see = (event: TurnEvent): void => {
    if (event.type === 'turn.started' || event.type === 'text.so-far') {
      if (this.#memoryId === null || !event.covers.includes(this.#memoryId)) return;
      this.#turnId = event.turnId;
    }
    if (event.turnId !== this.#turnId) return;
    this.#said.see(event);
    const { text } = this.#said;
    // Another try begins anew: what it says is shown once it goes beyond what was said.
    if (text.startsWith(this.#sent) && this.#res.writableLength <= maxUnsentBytes) this.#sendRest(text);
  };

  /** @throws CarrierError why there is no answer, where nothing was sent yet. */
  finish(outcome: Outcome): void {
    const text = outcome.reply?.memory.content.text ?? '';
    if (outcome.error) this.fail(turnFailure(outcome).error);
    else if (text.startsWith(this.#sent)) this.end(text, outcome.reply?.usage);
    else this.fail(new FatalError('turn_failed', begunAgain));
  }

  /** @param text begins with what was sent. */
  end(text: string, usage?: Usage): void {
    this.#begin();
    this.#sendRest(text);
    this.#write(chunk(this.#head!, [{ delta: {}, finish_reason: 'stop' }], this.#none));
    if (this.#includeUsage) this.#write(chunk(this.#head!, [], usageOf(usage)));
    this.#res.end('data: [DONE]\n\n');
  }

  /** Ends it without an answer: no client takes it for a whole one. */
  fail(error: unknown): void {
    if (!(error instanceof CarrierError) || !this.#res.headersSent) throw error;
    const { status, code, message, field } = error;
    this.#write(failureBody({ status, code, message, field }).body);
    this.#res.end();
  }

  /** Of chunks before the last, where usage was asked for. */
  get #none(): null | undefined {
    return this.#includeUsage ? null : undefined;
  }

  #beat(): void {
    if (this.#head === null) return;
    this.#begin();
    if (this.#res.writableLength === 0) this.#res.write(':\n\n');
  }

  #begin(): void {
    if (this.#res.headersSent) return;
    this.#res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    const delta = { role: 'assistant', content: '', refusal: null };
    this.#write(chunk(this.#head!, [{ delta, finish_reason: null }], this.#none));
  }

  /** @param text begins with what was sent. */
  #sendRest(text: string): void {
    const content = text.slice(this.#sent.length);
    if (content === '') return;
    this.#begin();
    this.#sent = text;
    this.#write(chunk(this.#head!, [{ delta: { content }, finish_reason: null }], this.#none));
  }

  #write(data: object): void {
    if (!this.#res.destroyed) this.#res.write(`data: ${JSON.stringify(data)}\n\n`);
  }
}
