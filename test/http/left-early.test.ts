/** Clients that leave while it is looked up whose token they have: nothing of them may stay counted. */
import { request as requestHttp } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { KnownTokens } from '../../src/access/known-tokens.js';
import type { TokenVerifier } from '../../src/http/tokens.js';
import { until } from '../support/until.js';
import { type Api, startApi, token, tokenRecord } from './api.js';

let api: Api;
afterEach(() => api.close());

it('a request whose client is gone is not open, and takes no place of those that are', async () => {
  let found = () => {};
  const looking = new Promise<void>((resolve) => {
    found = resolve;
  });
  let asked = 0;
  const judged: string[] = [];
  const listeners: (() => void)[] = [];
  const known = new KnownTokens({ records: { list: async () => [tokenRecord(token)] } });
  const tokens: TokenVerifier = {
    async verify(text) {
      asked++;
      if (asked === 1) await looking;
      return known.verify(text);
    },
    ...{ allows: async () => false, refresh: async () => {} },
    onChange: (listener) => void listeners.push(listener),
    whyEnded({ name }) {
      judged.push(name);
      return null;
    },
  };
  const counter = { count: async () => ({ count: 0, leftMs: 0 }) };
  const none = { perAddress: 0, perToken: 0, wrongTokens: 0, limited() {} };
  api = await startApi({ server: { tokens, limits: { ...none, streams: 1, counter } } });
  const headers = { authorization: `Bearer ${token}` };
  const left = requestHttp(`${api.url}/eliza/message`, { method: 'POST', headers });
  left.on('error', () => {});
  left.flushHeaders();
  await until(() => asked === 1);
  left.destroy();
  await sleep(300);
  found();
  await sleep(100);
  for (const tell of listeners) tell();
  expect(judged).toEqual([]);
  expect((await api.post({ text: 'hi', userId: 'ann' })).status).toBe(200);
});
