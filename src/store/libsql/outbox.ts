import {
  type Due,
  type Failing,
  type Outbox,
  storedReceipt,
  type Undelivered,
  type UndeliveredRequest,
} from '../outbox.js';
import type { Page } from '../paging.js';
import { whole } from '../paging.js';
import { pageOfRows, readNumber } from './cursors.js';
import type { Link } from './link.js';
import type { Replica } from './replica.js';

export class LibsqlOutbox implements Outbox {
  readonly #link: Link;
  readonly #replica: Replica;

  constructor(link: Link, replica: Replica) {
    this.#link = link;
    this.#replica = replica;
  }

  async due(roomId: string, limit: number): Promise<Due[]> {
    const due = whole(limit);
    return (await this.#replica.room(roomId, { due })).due(due);
  }

  async delivered(id: string, receipt: Record<string, unknown>): Promise<void> {
    await this.#link.call('delivered', [id, storedReceipt(receipt)], () => this.#replica.delivered(id));
  }

  async failed(id: string, error: { code: string; message: string }, failing: Failing | null): Promise<void> {
    const stored = failing && JSON.stringify(failing);
    await this.#link.call('failed', [id, JSON.stringify(error), stored], () => {
      if (stored === null) this.#replica.delivered(id);
      else this.#replica.failed(id, JSON.parse(stored));
    });
  }

  async list(page: UndeliveredRequest): Promise<Page<Undelivered>> {
    const limit = whole(page.limit, 1);
    const after = readNumber(page.cursor, 0);
    const asked = [page.state === 'dead', after, page.agentId ?? null, limit + 1] as const;
    const found: [number, Undelivered][] = JSON.parse(await this.#link.call('listOutbox', [...asked]));
    return pageOfRows(found, limit, ([, entry]) => entry);
  }

  async retry(id: string): Promise<boolean> {
    const roomId = await this.#link.call('retry', [id], (room) => {
      if (room !== null) this.#replica.revived(room);
    });
    return roomId !== null;
  }

  retryTurn({ turnId, roomId }: { turnId: string; roomId: string }): Promise<boolean> {
    return this.#link.call('retryTurn', [roomId, turnId], (found) => {
      if (found) this.#replica.revived(roomId);
    });
  }

  drop(id: string): Promise<boolean> {
    return this.#link.call('drop', [id], () => this.#replica.delivered(id));
  }

  async waiting(before: number, limit: number, dueBy = Number.MAX_SAFE_INTEGER): Promise<string[]> {
    return JSON.parse(await this.#link.call('outboxWaiting', [before, dueBy, whole(limit)]));
  }

  async count(): Promise<{ waiting: number; dead: number; oldest: number | null }> {
    return JSON.parse(await this.#link.call('countOutbox', []));
  }
}
