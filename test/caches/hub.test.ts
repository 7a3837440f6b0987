import { describe, expect, it } from 'vitest';
import { Fresh } from '../../src/access/freshness.js';
import { Ledger, mostKnown } from '../../src/budgets/ledger.js';
import type { Spending } from '../../src/budgets/spending.js';
import { type Memory, roomIdOf } from '../../src/core/memory.js';
import type { OutboundMessage } from '../../src/core/turn.js';
import type { Connector } from '../../src/extension-api.js';
import { tokenVerifier } from '../../src/http/tokens.js';
import type { Arrival, Checked } from '../../src/intake/gate.js';
import { Proxies, type ProxiesParts } from '../../src/intake/proxies.js';
import { Rates } from '../../src/intake/rates.js';
import { Threads } from '../../src/intake/threads.js';
import { createLogger } from '../../src/logger.js';
import { Bots } from '../../src/outbox/bots.js';
import { NotedRooms } from '../../src/runtime/rooms.js';
import type { Versioned } from '../../src/store/record.js';
import { CountedNotes, held, names } from './held.js';

const log = createLogger('silent');
const agentId = 'ada';
const inRoom = (channel: string, messageId = 'm') => ({
  agentId,
  source: { connector: 'test', tenant: 'default', channel, messageId },
});

describe('the hub holds no more than', () => {
  it('what was read of 10,000 accounts (src/access/freshness.ts)', async () => {
    const fresh = new Fresh<string>();
    for (const account of names('account', 10_200)) await fresh.get(account, async () => account);
    expect(fresh.size).toBe(10_000);
    fresh.clear();
    expect(fresh.size).toBe(0);
  });

  it('5,000 spendings (src/budgets/ledger.ts)', async () => {
    let asked = 0;
    const stored = new Map<string, Versioned<Spending>>();
    const ledger = new Ledger({
      get: async (id: string) => {
        asked++;
        return stored.get(id) ?? null;
      },
      put: async (id: string, value: Spending, version: number) => {
        stored.set(id, { id, version: version + 1, value });
        return true;
      },
    } as never);
    const all = names('spending', 10_200);
    const spend = (id: string) =>
      ledger.change(id, (before) => ({ next: { ...before, seen: 1 } as never, answer: null }));
    for (const id of all) await spend(id);
    expect(await held(all, spend, () => asked)).toBe(mostKnown);
  });

  it('10,000 rooms (src/runtime/rooms.ts)', async () => {
    const notes = new CountedNotes();
    const rooms = new NotedRooms(notes, { alone: true, log });
    const all = names('room', 10_200);
    for (const room of all) await rooms.get(room);
    for (const room of all.slice(-50)) await rooms.change(room, { model: 'other' });
    expect(
      await held(
        all,
        (room) => rooms.get(room),
        () => notes.asked,
      ),
    ).toBe(10_000);
  });

  it('tokens as they lie in the store, and nothing of wrong ones (src/access/known-tokens.ts)', async () => {
    let asked = 0;
    const list = async () => {
      asked++;
      return [];
    };
    const verifier = tokenVerifier({ list });
    for (const token of names('token', 10_000)) expect(await verifier.verify(token)).toBeNull();
    // Once, and now and then where the machine is slow.
    expect(asked).toBeLessThan(10);
  });

  it('10,000 receivers of a connector (src/outbox/bots.ts)', async () => {
    const bots = new Bots();
    const connector = { name: 'test', receiver: ({ id }: OutboundMessage) => id } as unknown as Connector;
    const botOf = (id: string) => bots.of(connector, { id } as OutboundMessage, 0);
    const all = names('receiver', 10_200).map((id) => ({ id, bot: botOf(id) }));
    let other = 0;
    const look = ({ id, bot }: (typeof all)[number]) => {
      if (botOf(id) !== bot) other++;
    };
    expect(await held(all, look, () => other)).toBe(10_000);
  });

  it('10,000 messages that were counted (src/intake/rates.ts)', async () => {
    let asked = 0;
    const count = async () => ({ count: ++asked && 1, leftMs: 1 });
    const { rule } = new Rates({ counter: { count }, personKeyOf: async ({ userId }) => userId });
    const judge = (messageId: string) =>
      rule({
        message: { ...inRoom('room', messageId), author: { id: 'eve' } },
        agent: { id: agentId },
        settings: { rate: { perUser: 1, perRoom: 0, perPlace: 0, windowSeconds: 60 } },
      } as unknown as Arrival);
    const all = names('message', 10_200);
    for (const message of all) await judge(message);
    expect(await held(all, judge, () => asked)).toBe(10_000);
  });

  it('10,000 threads that are its own, and 10,000 that are not (src/intake/threads.ts)', async () => {
    const notes = new CountedNotes();
    let looked = 0;
    const history = async () => {
      looked++;
      return { items: [], nextCursor: null };
    };
    const threads = new Threads(notes, { history }, log);
    const own = names('own', 10_200);
    const others = names('other', 10_200);
    for (const thread of own) await threads.join(inRoom(thread));
    for (const thread of others) await threads.isOurs(inRoom(thread) as Checked);
    const isOurs = (thread: string) => threads.isOurs(inRoom(thread) as Checked);
    expect(await held(others, isOurs, () => looked)).toBe(10_000);
    expect(
      await held(
        own,
        (thread) => threads.join(inRoom(thread)),
        () => notes.asked,
      ),
    ).toBe(10_000);
  });

  it('4,000,000 letters of messages that were taken away (src/intake/proxies.ts)', async () => {
    const gone = (roomId: string, n: number): Memory => ({
      ...{ id: `${roomId}-${n}`, scope: 'shared_1', kind: 'message', role: 'user', author: { id: 'eve' } },
      ...{ ...inRoom(roomId, `${n}`), roomId },
      content: { text: 'x'.repeat(20_000), attachments: [], replyTo: null },
      ...{ status: 'handled', turnId: null, createdAt: Date.now() },
    });
    let restored = 0;
    const memories = {
      find: async () => null,
      history: async () => ({ items: [], nextCursor: null }),
      append: async (memory: Memory) => {
        restored++;
        return { memory, duplicate: false };
      },
    };
    const parts = { memories, turns: {}, notes: new CountedNotes(), log } as unknown as ProxiesParts;
    const proxies = new Proxies(parts);
    const rooms = names('room', 300);
    // A room's entry grows: each of its messages must count.
    for (let n = 0; n < 3; n++)
      for (const room of rooms)
        proxies.gone({ ...gone(room, n), roomId: roomIdOf(agentId, inRoom(room).source) });
    for (const room of rooms)
      for (let n = 0; n < 3; n++)
        await proxies.take({
          ...inRoom(room, 'copy'),
          ...{ text: 'x'.repeat(20_000), files: [], attachments: [] },
        } as unknown as Checked);
    expect(restored * 20_000).toBeLessThanOrEqual(4_000_000);
    expect(restored * 20_000).toBeGreaterThan(3_500_000);
  });
});
