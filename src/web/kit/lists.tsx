/** What is read from the hub, on its way, empty, whole or in pages. */
import type { ComponentChildren } from 'preact';
import { Button } from './button.js';
import { Failure } from './failure.js';

/** For lists with nothing in them: what to do next. */
export function Empty({ children }: { children?: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

export function Loading() {
  return (
    <p class="loading" aria-busy="true">
      Loading…
    </p>
  );
}

/** What a resource shows: its value, what is wrong, or that it is on its way. */
export function Shown<T>({
  of,
  children,
}: {
  of: { value: T | undefined; error: unknown; loading: boolean; reload(): void };
  children: (value: T) => ComponentChildren;
}) {
  if (of.value !== undefined)
    return (
      <>
        {of.error !== undefined && <Failure error={of.error} retry={of.reload} />}
        {children(of.value)}
      </>
    );
  return of.error !== undefined ? <Failure error={of.error} retry={of.reload} /> : <Loading />;
}

/** A list that is read page by page. */
export function Paged<T>({
  of,
  empty,
  children,
}: {
  of: { items: T[]; error: unknown; loading: boolean; reload(): void; more?: () => void };
  empty: ComponentChildren;
  children: (items: T[]) => ComponentChildren;
}) {
  return (
    <>
      {of.error !== undefined && <Failure error={of.error} retry={of.reload} />}
      {of.items.length > 0 && children(of.items)}
      {of.items.length === 0 && of.error === undefined && (of.loading ? <Loading /> : <Empty>{empty}</Empty>)}
      {of.more && (
        <p class="more">
          <Button onClick={of.more} disabled={of.loading}>
            Show more
          </Button>
        </p>
      )}
    </>
  );
}

/** A table that becomes a list of cards on a phone: each cell names its column. */
export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: { head: string; cell: (row: T) => ComponentChildren }[];
  rows: T[];
  keyOf: (row: T) => string;
}) {
  return (
    <table class="table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ head }) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ head, cell }) => (
              <td key={head} data-head={head}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
