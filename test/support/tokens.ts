/** Tokens as an administrator issues them over HTTP, and requests with them. */
import { expect } from 'vitest';

/** Whatever JSON there is. */
type Json = ReturnType<typeof JSON.parse>;

export interface Answered {
  status: number;
  body: Json;
}

export async function ask(
  url: string,
  token: string,
  [method, path]: [method: string, path: string],
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

export interface Issued {
  id: string;
  name: string;
  token: string;
  callbackSecret: string | null;
  [field: string]: unknown;
}

/** The answer's body, which must be a good one. */
export async function issue(url: string, maker: string, wanted: object): Promise<Issued> {
  const { status, body } = await ask(url, maker, ['POST', '/tokens'], wanted);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

export function revoke(url: string, token: string, named: string, more?: object): Promise<Answered> {
  return ask(url, token, ['DELETE', `/tokens/${encodeURIComponent(named)}`], more);
}
