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
import type { Connection } from './connection.js';
import { pageOfRows, readNumber } from './cursors.js';
import type { OutboxTable } from './outbox-table.js';
import type { Rooms } from './rooms.js';

export class LibsqlOutbox implements Outbox {
  readonly #connection: Connection;
  readonly #table: OutboxTable;
  readonly #rooms: Rooms;

  constructor(connection: Connection, table: OutboxTable, rooms: Rooms) {
    this.#connection = connection;
    this.#table = table;
    this.#rooms = rooms;
  }

  due(roomId: string, limit: number): Promise<Due[]> {
    const due = whole(limit);
    return this.#connection.read(() => this.#rooms.room(roomId, { due }).due(due));
  }

  delivered(id: string, receipt: Record<string, unknown>): Promise<void> {
    const stored = storedReceipt(receipt);
    return this.#connection.write(() => {
      this.#table.delivered(id, stored);
      this.#rooms.delivered(id);
    });
  }

  failed(id: string, error: { code: string; message: string }, failing: Failing | null): Promise<void> {
    const stored = failing && JSON.stringify(failing);
    return this.#connection.write(() => {
      this.#table.failed(id, JSON.stringify(error), stored);
      if (stored === null) this.#rooms.delivered(id);
      else this.#rooms.failed(id, JSON.parse(stored));
    });
  }

  async list(page: UndeliveredRequest): Promise<Page<Undelivered>> {
    const limit = whole(page.limit, 1);
    const after = readNumber(page.cursor, 0);
    const found = await this.#connection.read(() =>
      this.#table.list(page.state === 'dead', after, page.agentId ?? null, limit + 1),
    );
    return pageOfRows(JSON.parse(found) as [number, Undelivered][], limit, ([, entry]) => entry);
  }

  retry(id: string): Promise<boolean> {
    return this.#connection.write(() => {
      const room = this.#table.retry(id);
      if (room !== null) this.#rooms.forgetRoom(room);
      return room !== null;
    });
  }

  retryTurn({ turnId, roomId }: { turnId: string; roomId: string }): Promise<boolean> {
    return this.#connection.write(() => {
      const found = this.#table.retryTurn(roomId, turnId);
      if (found) this.#rooms.forgetRoom(roomId);
      return found;
    });
  }

  drop(id: string): Promise<boolean> {
    return this.#connection.write(() => {
      this.#rooms.delivered(id);
      return this.#table.drop(id);
    });
  }

  waiting(before: number, limit: number, dueBy = Number.MAX_SAFE_INTEGER): Promise<string[]> {
    return this.#connection.read(() => JSON.parse(this.#table.waiting(before, dueBy, whole(limit))));
  }

  count(): Promise<{ waiting: number; dead: number; oldest: number | null }> {
    return this.#connection.read(() => JSON.parse(this.#table.count()));
  }
}
