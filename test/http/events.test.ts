/** `/events` as clients read it, of two hubs that share a database. */
import { createParser } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { Home } from '../support/hub.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { ask, issue } from '../support/tokens.js';
import { until } from '../support/until.js';

interface Seen {
  id?: string;
  event?: string;
  data: string;
}

describe.skipIf(noRedis)(noRedis ? `/events (skipped: ${noRedis})` : '/events', () => {
  const homes = [new Home(), new Home()];
  let hubs: Hub[];
  let token: string;
  let redis: RedisServer;
  let mongo: SharedDatabase;
  const streams: AbortController[] = [];
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    const settings = { REDIS_URL: redis.url, ...mongo.settings('events') };
    hubs = await Promise.all(homes.map((home) => home.hub({}, settings)));
    token = hubs[0]!.token.secret;
  });
  afterAll(async () => {
    for (const stream of streams) stream.abort();
    for (const home of homes) await home.dispose();
    await redis?.stop();
    await mongo?.stop();
  });

  /** Whatever comes, and the raw text. */
  async function follow(hub: Hub, headers: Record<string, string> = {}, secret = token) {
    const ending = new AbortController();
    streams.push(ending);
    const response = await fetch(`${hub.url}/events`, {
      headers: { authorization: `Bearer ${secret}`, accept: 'text/event-stream', ...headers },
      signal: ending.signal,
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    const seen: Seen[] = [];
    const parser = createParser({ onEvent: ({ id, event, data }) => seen.push({ id, event, data } as Seen) });
    const told = { raw: '', ended: false, seen, end: () => ending.abort() };
    const read = async () => {
      for await (const bytes of response.body!) {
        const text = Buffer.from(bytes).toString();
        told.raw += text;
        parser.feed(text);
      }
    };
    read()
      .catch(() => {})
      .finally(() => {
        told.ended = true;
      });
    return told;
  }
  const say = (hub: Hub, text: string, secret = token) =>
    ask(hub.url, secret, ['POST', '/assistant/message'], { userId: 'alice', text });
  const isTurn = ({ event }: Seen) => event === 'turn.ended';

  it('[governed.16] tells every event of both once, in one order; who comes back goes on where they were', async () => {
    const [one, other] = [await follow(hubs[0]!), await follow(hubs[1]!)];
    // Each hub has seen by now that somebody reads.
    for (const hub of hubs) await say(hub, 'first');
    await until(() => one.seen.filter(isTurn).length === 2 && other.seen.filter(isTurn).length === 2);
    const asked = await Promise.all(Array.from({ length: 6 }, (_, at) => say(hubs[at % 2]!, `hello ${at}`)));
    const stored = ({ event }: Seen) => event === 'message.stored';
    await until(() => one.seen.filter(stored).length === 8 && other.seen.filter(stored).length === 8);
    const turns = new Set(asked.map(({ body }) => body.turnId));
    const endedOf = (seen: Seen[]) => new Set(seen.filter(isTurn).map(({ data }) => JSON.parse(data).turnId));
    await until(() => [one, other].every(({ seen }) => [...turns].every((id) => endedOf(seen).has(id))));
    // Each looks for itself, so one may be a moment behind.
    await until(() => one.seen.length === other.seen.length);
    expect(one.seen.map(({ id }) => id)).toEqual(other.seen.map(({ id }) => id));
    expect(new Set(one.seen.map(({ id }) => id)).size).toBe(one.seen.length);
    expect(one.raw).not.toContain('hello');
    // What is no event has no id.
    for (const frame of one.raw.split('\n\n').filter((text) => !text.includes('event: ')))
      expect(frame).not.toMatch(/^id:/m);
    one.end();
    const cut = one.seen[3]!.id!;
    const again = await follow(hubs[1]!, { 'last-event-id': cut });
    await until(() => again.seen.length >= one.seen.length - 4);
    expect(again.seen.slice(0, one.seen.length - 4)).toEqual(one.seen.slice(4));
    // Live events come behind the backlog.
    await say(hubs[0]!, 'more');
    await until(() => again.seen.length > one.seen.length - 4 && isTurn(again.seen.at(-1)!));
    const order = again.seen.map(({ id }) => id!.split('.').map(Number) as [number, number]);
    expect(order).toEqual([...order].sort(([a, b], [c, d]) => a - c || b - d));
  });

  it('[governed.16] says so where a cursor is of the future or none, and tells all anew', async () => {
    const { body } = await ask(hubs[0]!.url, token, ['GET', '/events?limit=1000']);
    expect(body.events.length).toBeGreaterThan(0);
    for (const cursor of ['99999999.0', 'nonsense', '1.9999']) {
      const told = await follow(hubs[0]!, { 'last-event-id': cursor });
      await until(() => told.seen.length > body.events.length);
      expect(told.seen[0]).toMatchObject({ event: 'reset', data: '{}' });
      expect(told.raw).toMatch(/^retry: 1000\n\nevent: reset\ndata: \{\}\n\nid: /);
      expect(told.seen.slice(1, body.events.length + 1).map(({ id }) => id)).toEqual(
        body.events.map(({ id }: Seen) => id),
      );
      told.end();
      const page = await ask(hubs[1]!.url, token, ['GET', `/events?cursor=${cursor}&limit=1`]);
      expect(page.body).toMatchObject({ reset: true, events: [{ id: body.events[0].id }] });
    }
  });

  it('is for operators, and ends when their token is revoked', async () => {
    const { url } = hubs[0]!;
    const headers = { accept: 'text/event-stream' };
    const guest = await issue(url, token, { name: 'guest', role: 'guest' });
    const refused = await ask(url, guest.token, ['GET', '/events'], undefined, headers);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'permission_denied']);
    const other = await issue(url, token, { name: 'other', role: 'operator', agents: ['other'] });
    const theirs = await follow(hubs[0]!, {}, other.token);
    const all = await follow(hubs[0]!);
    const before = all.seen.length;
    await say(hubs[0]!, 'not theirs');
    await until(() => all.seen.length > before && all.seen.some(isTurn));
    await ask(url, token, ['DELETE', `/tokens/${other.id}`]);
    await until(() => theirs.ended);
    expect(theirs.seen).toEqual([]);
    const { body } = await ask(url, token, ['GET', '/audit?operation=events.list&outcome=denied']);
    expect(body.rows.length).toBeGreaterThan(0);
  });

  it('tells whoever sees one tenant or agent all of a turn there, its beginning too, and nothing of others', async () => {
    const { url } = hubs[0]!;
    const ours = await issue(url, token, { name: 'ours', role: 'operator', tenant: 'acme' });
    const ofAgent = await issue(url, token, { name: 'of-agent', role: 'operator', agents: ['assistant'] });
    const seen = [await follow(hubs[0]!, {}, ours.token), await follow(hubs[0]!, {}, ofAgent.token)];
    await say(hubs[0]!, 'not theirs');
    const { turnId } = (await say(hubs[0]!, 'theirs', ours.token)).body;
    const told = (all: Seen[]) => all.filter(({ data }) => JSON.parse(data).turnId === turnId);
    const isStarted = ({ event }: Seen) => event === 'turn.started';
    for (const one of seen) {
      await until(() => told(one.seen).some(isTurn));
      expect(told(one.seen).filter(isStarted)).toHaveLength(1);
    }
    expect(seen[0]!.seen.map(({ data }) => JSON.parse(data).tenant)).not.toContain('default');
    expect(seen[0]!.seen.filter(isStarted)).toHaveLength(1);
    for (const one of seen) one.end();
  });

  it('ends when its hub stops', async () => {
    const told = await follow(hubs[1]!);
    // A stop waits for requests, and cuts those that do not end.
    await hubs[1]!.stop();
    await until(() => told.ended);
    expect(told.raw).toContain('retry: 1000');
  });
});
