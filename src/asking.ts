/** Questions of the program that the hub runs in: a connector without a platform. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Connector, Host } from './connector/connector.js';
import { newId } from './core/ids.js';
import { roomIdOf } from './core/memory.js';
import { FatalError, RetryableError, turnFailureCode } from './errors.js';
import { type ConnectorExtension, defineConnector } from './extensions/extension.js';

const name = 'program';

/** Something said to an agent by the program. */
export interface Question {
  text: string;
  /** Who says it; unique in the program. Default `program`. */
  userId?: string;
  /** A room that several may share. Absent: the user's own conversation with the agent. */
  roomId?: string;
  /** Unique in the room; the same one again gives the same answer. Absent: one is made. */
  messageId?: string;
}

/** What the agent said. */
export interface Answer {
  /** Null: it has nothing to say. */
  text: string | null;
  turnId: string | null;
}

export class Asking {
  readonly extension: ConnectorExtension;
  readonly #timeoutMs: number;
  readonly #ending = new AbortController();
  #host: Host | null = null;

  /** @param timeoutMs how long a reply is waited for. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    const connector: Connector = {
      name,
      // The program is trusted as whoever has a token is; there is nothing to mount.
      routes: { access: 'token', handler: (_req, _res, next) => next() },
      start: async (host) => {
        this.#host = host;
      },
      stop: async () => {
        this.#host = null;
        this.#ending.abort();
      },
    };
    this.extension = defineConnector({ name, serves: 'hub', create: () => connector });
  }

  async ask(agentId: string, question: Question): Promise<Answer> {
    const host = this.#host;
    if (!host) throw new RetryableError('shutting_down', 'The hub is stopped.');
    const { text, userId = 'program', roomId, messageId = newId() } = question;
    const channel = roomId === undefined ? `user:${userId}` : `room:${roomId}`;
    const source = {
      connector: name,
      tenant: 'default',
      channel,
      messageId: `${channel}/${userId}/${messageId}`,
      pull: true,
    };
    let look = () => {};
    const end = await host.watch(roomIdOf(agentId, source), ({ type }) => {
      if (type === 'reply' || type === 'turn.failed') look();
    });
    try {
      const author = { id: userId };
      const receipt = await host.receive({ agentId, source, direct: roomId === undefined, author, text });
      if (!receipt) return { text: null, turnId: null };
      const until = performance.now() + this.#timeoutMs;
      for (;;) {
        // Before the look into the store, so that nothing is missed in between.
        const told = new Promise<void>((resolve) => (look = resolve));
        const outcome = await host.outcome(receipt.memory.id);
        if (outcome?.error) throw new FatalError(turnFailureCode(outcome.error.code), outcome.error.message);
        if (outcome) return { text: outcome.reply?.memory.content.text ?? null, turnId: outcome.turnId };
        if (performance.now() > until)
          throw new RetryableError('reply_timeout', 'No reply in time; ask again with the same messageId.');
        // Ends by the reply, by the end of the hub, or for another look: events may be lost.
        await Promise.race([told, pause(1000, undefined, { signal: this.#ending.signal, ref: false })]);
      }
    } catch (error) {
      if (!this.#ending.signal.aborted) throw error;
      throw new RetryableError(
        'shutting_down',
        'The hub stops; the question is kept. Ask again with its messageId.',
      );
    } finally {
      end();
    }
  }
}
