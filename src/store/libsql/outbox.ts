import type { OutboundMessage } from '../../core/turn.js';
import type { Outbox } from '../outbox.js';
import type { Link } from './link.js';
import { whole } from './memories.js';
import type { Replica } from './replica.js';

export class LibsqlOutbox implements Outbox {
  readonly #link: Link;
  readonly #replica: Replica;

  constructor(link: Link, replica: Replica) {
    this.#link = link;
    this.#replica = replica;
  }

  async due(roomId: string, limit: number): Promise<OutboundMessage[]> {
    const due = whole(limit);
    return (await this.#replica.room(roomId, { due })).due(due);
  }

  async delivered(id: string, receipt: Record<string, unknown>): Promise<void> {
    const kept = Object.keys(receipt).length > 0 ? JSON.stringify(receipt) : null;
    await this.#link.call('delivered', [id, kept], () => this.#replica.delivered(id));
  }

  async failed(id: string, error: { code: string; message: string }, final: boolean): Promise<void> {
    await this.#link.call('failed', [id, JSON.stringify(error), final], () => {
      if (final) this.#replica.delivered(id);
      else this.#replica.failed(id);
    });
  }

  async waiting(before: number, limit: number): Promise<string[]> {
    return JSON.parse(await this.#link.call('outboxWaiting', [before, whole(limit)]));
  }
}
