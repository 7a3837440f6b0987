/** Requests to the hub that served the page, as whoever is signed in. Addresses are relative: a proxy may serve it below a path. */

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** The field that is wrong, if it is one. */
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

type Query = Record<string, string | number | boolean | undefined | null>;

interface Asked {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** @throws ApiError, also with the code `unreachable` and the status 0 when there was no answer. */
export async function request<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
  const { query, body, headers, signal } = asked;
  const form = body instanceof FormData;
  const response = await fetch(addressOf(path, query), {
    method,
    credentials: 'same-origin',
    signal,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && !form && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
  }).catch((error: Error) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The hub cannot be reached. Trying again may help.');
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const { code = 'internal', message = `The hub answered ${response.status}.`, field } = answer?.error ?? {};
  throw new ApiError(response.status, code, message, field);
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  request<T>('GET', path, { query, signal });
export const post = <T>(path: string, body: object = {}) => request<T>('POST', path, { body });

/** A path's parts, each encoded: `path('agents', id)`. */
export const path = (...parts: string[]) => parts.map(encodeURIComponent).join('/');

/** Below the page's own address, whatever a proxy calls it. */
export function addressOf(path: string, query: Query = {}): string {
  const url = new URL(path.replace(/^\//, ''), new URL('.', document.baseURI));
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  return url.href;
}
