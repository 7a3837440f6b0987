/** Lists of the hub, from a description: what is asked, which columns, what can be done with a row. */
import type { ComponentChildren } from 'preact';
import { get } from '../api.js';
import { Ask, type Question, type Said } from '../kit/ask.js';
import { Paged, Table } from '../kit/lists.js';
import type { HubEvent } from '../live/live.js';
import { type Pages, usePages } from '../resource.js';
import { goTo, route } from '../route.js';

type Query = Record<string, string | undefined>;

/** Whether an operation of this subject, such as `tokens`, was carried out, by whomever. */
export const changedBy = (subject: string) => (event: HubEvent) =>
  event.type === 'operation.done' && (event.operation?.startsWith(`${subject}.`) ?? false);

/** @param field of the answer that has the list. */
export function useList<T>(
  path: string,
  field: string,
  query: Query = {},
  changes?: (event: HubEvent) => boolean,
): Pages<T> {
  return usePages<T>(
    `${path} ${JSON.stringify(query)}`,
    async (cursor, signal) => {
      const answer = await get<Record<string, unknown>>(path, { ...query, cursor }, signal);
      return { items: answer[field] as T[], nextCursor: (answer.nextCursor as string | undefined) ?? null };
    },
    changes,
  );
}

interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
}

interface Listing<T> {
  of: Pages<T>;
  caption: string;
  /** What to do next where there is nothing. */
  empty: ComponentChildren;
  columns: (Column<T> | false)[];
  keyOf: (row: T) => string;
  /** What can be done with a row. */
  actions?: false | ((row: T) => ComponentChildren);
}

export function Listing<T>({ of, caption, empty, columns, keyOf, actions }: Listing<T>) {
  const shown = columns.filter((column) => column !== false);
  const all = actions
    ? [...shown, { head: 'Actions', cell: (row: T) => <div class="actions">{actions(row)}</div> }]
    : shown;
  return (
    <Paged of={of} empty={empty}>
      {(rows) => <Table caption={caption} rows={rows} keyOf={keyOf} columns={all} />}
    </Paged>
  );
}

/** Questions whose answers stand in the address, so that a reload and a link show the same. */
export function Filters({ questions, label = 'Show' }: { questions: Question[]; label?: string }) {
  const { parts, query } = route.value;
  const filled = questions.map((question) => ({
    ...question,
    initial: query.get(question.name) ?? question.initial,
  }));
  return (
    <div class="filters" key={query.toString()}>
      <Ask questions={filled} label={label} kind="plain" terse act={(said: Said) => goTo(parts, said)} />
    </div>
  );
}

/** What the address asks for, by these names. */
export function asked(...names: string[]): Query {
  const { query } = route.value;
  return Object.fromEntries(names.map((name) => [name, query.get(name) || undefined]));
}
