/** A hub whose agent is given documents over HTTP, and asked about them. */
import { expect } from 'vitest';
import type { Hub } from '../../../src/hub.js';
import { type Api, api } from '../../support/api.js';

interface Shown {
  id: string;
  agentId: string;
  name: string;
  state: string;
  version: number;
  chunks: number;
  problems: string[];
  source: string;
  own: boolean;
  changed?: boolean;
}

export interface Desk {
  client: Api;
  /** One request of the hub's API, as whoever has the token. */
  call(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>;
  /** Gives a text and waits until it is read. */
  add(name: string, text: string, more?: object): Promise<Shown>;
  read(id: string): Promise<Shown>;
  list(query?: string): Promise<Shown[]>;
  /** The reply of the agent. */
  ask(text: string, more?: object): Promise<string>;
}

export function deskOf(hub: Pick<Hub, 'url' | 'token'>, token = hub.token.secret): Desk {
  const client = api(hub.url, token);
  const call: Desk['call'] = async (method, path, body) => {
    const response = await fetch(`${hub.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const read: Desk['read'] = async (id) => {
    for (;;) {
      const { status, body } = await call('GET', `/documents/${id}`);
      expect(status, JSON.stringify(body)).toBe(200);
      if (body.state !== 'waiting' && body.state !== 'reading') return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    client,
    call,
    read,
    async add(name, text, more = {}) {
      const { status, body } = await call('POST', '/documents', {
        ...{ agentId: 'assistant', name, text },
        ...more,
      });
      expect(status, JSON.stringify(body)).toBe(200);
      return { ...(await read(body.id)), changed: body.changed };
    },
    async list(query = '') {
      const { status, body } = await call('GET', `/documents${query}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return body.documents;
    },
    async ask(text, more = {}) {
      const { reply } = await client.send('assistant', { userId: 'ann', text, ...more });
      return reply?.text ?? '';
    },
  };
}

export const handbook = `# Handbook

Welcome to the company.

## Holidays

Everybody has 25 days of holiday a year.

## Laptops

A broken laptop is replaced within two days; write to the workshop.
`;
