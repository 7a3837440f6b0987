/** Something read from the hub and shown: read again when it may have changed, kept on screen meanwhile. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.js';
import { type HubEvent, useHubEvents } from './live/live.js';

export interface Resource<T> {
  value: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload(): void;
}

/**
 * @param load is called again when `key` changes, which forgets what was there; undefined reads nothing.
 * @param changes whether what is shown may have changed by an event; absent: never.
 */
export function useResource<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  changes?: (event: HubEvent) => boolean,
): Resource<T> {
  const [state, setState] = useState<{
    key: string | undefined;
    value?: T;
    error?: ApiError;
    loading: boolean;
  }>({ key, loading: key !== undefined });
  const latest = useRef(load);
  latest.current = load;
  const running = useRef<AbortController | null>(null);
  const due = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const read = useCallback(async () => {
    if (key === undefined) return;
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setState((was) => (was.key === key ? { ...was, loading: true } : { key, loading: true }));
    try {
      const value = await latest.current(abort.signal);
      if (!abort.signal.aborted) setState({ key, value, loading: false });
    } catch (thrown) {
      if (abort.signal.aborted) return;
      const error = thrown instanceof ApiError ? thrown : new ApiError(0, 'internal', String(thrown));
      setState((was) => ({ ...was, key, error, loading: false }));
    }
  }, [key]);

  useEffect(() => {
    void read();
    return () => {
      running.current?.abort();
      clearTimeout(due.current);
    };
  }, [read]);

  useHubEvents((event) => {
    if (!changes || (event && !changes(event))) return;
    // Not begun anew with each event: where they come all the time, it would never be read.
    due.current ??= setTimeout(
      () => {
        due.current = undefined;
        void read();
      },
      event ? 400 : 0,
    );
  });

  const current = state.key === key ? state : { value: undefined, error: undefined, loading: true };
  return { value: current.value, error: current.error, loading: current.loading, reload: () => void read() };
}

export interface Pages<T> extends Omit<Resource<T>, 'value'> {
  items: T[];
  /** Absent: these are all. */
  more?: () => void;
}

/** A list that the hub gives page by page. Events read the pages anew that are shown. */
export function usePages<T>(
  key: string,
  load: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ items: T[]; nextCursor: string | null }>,
  changes?: (event: HubEvent) => boolean,
): Pages<T> {
  const [count, setCount] = useState({ key, pages: 1 });
  const pages = count.key === key ? count.pages : 1;
  const { value, error, loading, reload } = useResource(
    key,
    (signal) => readPages(load, pages, signal),
    changes,
  );
  useEffect(() => {
    if (pages > 1) reload();
  }, [pages]);
  return {
    ...{ items: value?.items ?? [], error, loading, reload },
    ...(value?.nextCursor != null && { more: () => setCount({ key, pages: pages + 1 }) }),
  };
}

async function readPages<T>(
  load: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ items: T[]; nextCursor: string | null }>,
  pages: number,
  signal: AbortSignal,
) {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pages; page++) {
    const read = await load(cursor, signal);
    items.push(...read.items);
    cursor = read.nextCursor ?? undefined;
    if (cursor === undefined) break;
  }
  return { items, nextCursor: cursor ?? null };
}
