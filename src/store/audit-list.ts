/** Lists of audit rows: what a store finds by id and operation is looked through here for the rest, in steps. */
import { setImmediate as afterOthers } from 'node:timers/promises';
import type { AuditFilter, AuditRow } from './audit-log.js';
import { type Page, pageOf, whole } from './paging.js';

type Request = AuditFilter & { limit: number; before?: string };

/** Rows looked at in a step, and steps for one page: what filters find nothing in must end, too. */
const perStep = 250;
const mostSteps = 80;

/** Newest first, from both places of rows; only those before this id, if there is one. */
type Newest<R> = (limit: number, before: string | undefined, operation: string | undefined) => Promise<R[]>;

export async function listed<R extends AuditRow>(request: Request, newest: Newest<R>): Promise<Page<R>> {
  const limit = whole(request.limit, 1);
  const wanted = wantedBy(request);
  const step = wanted ? perStep : limit + 1;
  const found: R[] = [];
  let { before } = request;
  for (let steps = 0; steps < (wanted ? mostSteps : 1); steps++) {
    const rows = await newest(step, before, request.operation);
    found.push(...(wanted ? rows.filter(wanted) : rows));
    const last = rows.length < step;
    if (last || found.length > limit) before = undefined;
    else before = rows.at(-1)!.id;
    if (before === undefined) break;
    await afterOthers();
  }
  return pageOf(
    found,
    limit,
    (row) => row,
    ({ id }) => id,
    before ?? null,
  );
}

/** Merges two lists that are newest first, and is as long as the longer one may be. */
export function newestOf<R extends AuditRow>(limit: number, ...lists: R[][]): R[] {
  const byId = (one: R, other: R) => (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
  return lists.flat().sort(byId).slice(0, limit);
}

/** What a store does not find by its indexes; null: nothing. */
function wantedBy({ principal, outcome, since, until }: Request): ((row: AuditRow) => boolean) | null {
  if ([principal, outcome, since, until].every((part) => part === undefined)) return null;
  return ({ principal: { kind, name }, ...row }) =>
    (principal === undefined || principal === name || principal === `${kind}:${name}`) &&
    (outcome === undefined || outcome === row.outcome) &&
    row.at >= (since ?? -Infinity) &&
    row.at <= (until ?? Infinity);
}
