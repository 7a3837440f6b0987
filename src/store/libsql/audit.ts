import type { AuditLog, AuditRow } from '../audit-log.js';
import type { Page } from '../paging.js';
import { pageOf, whole } from '../paging.js';
import type { Link } from './link.js';

export class LibsqlAudit implements AuditLog {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async append(row: AuditRow): Promise<void> {
    await this.#link.call('addAudit', [row.id, row.operation, JSON.stringify(row)]);
  }

  async list(request: { limit: number; before?: string; operation?: string }): Promise<Page<AuditRow>> {
    const { before = null, operation = null } = request;
    const limit = whole(request.limit, 1);
    const found: AuditRow[] = JSON.parse(await this.#link.call('listAudit', [before, limit + 1, operation]));
    const cursorOf = ({ id }: AuditRow) => id;
    return pageOf(found, limit, (row) => row, cursorOf);
  }
}
