/** Messages that take the place of earlier ones, from the notice to the connector, on both stores. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Connector } from '../../src/connector/connector.js';
import type { OutboundMessage } from '../../src/core/turn.js';
import { RetryableError } from '../../src/errors.js';
import { type Addressee, Notices } from '../../src/intake/notices.js';
import { createLogger } from '../../src/logger.js';
import { Deliverer } from '../../src/outbox/outbox.js';
import { InProcessQueue } from '../../src/queue/in-process.js';
import type { Store } from '../../src/store/store.js';
import { onBothStores, openStore } from '../support/both-stores.js';

const log = createLogger('silent');
const hour = 3_600_000;

onBothStores('a notice that replaces another', (engines) => {
  let folder: string;
  let store: Store;
  let queue: InProcessQueue;
  let deliverer: Deliverer;
  let notices: Notices;
  let late = 0;
  let away = false;
  let delivered: OutboundMessage[];

  const ada: Addressee = {
    ...{ agentId: 'assistant', direct: false, author: { id: 'ann' } },
    source: { connector: 'pager', tenant: 'default', channel: 'operators', messageId: 'm1' },
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'carrier-replacements-'));
    store = await openStore(folder, engines());
    late = 0;
    away = false;
    delivered = [];
    begin();
  });

  afterEach(async () => {
    await end();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A process, as far as this is about it. */
  function begin(): void {
    const now = () => Date.now() + late;
    queue = new InProcessQueue({ concurrency: 2, attempts: 3, retryBaseMs: 10 });
    notices = new Notices({ ...store, deliveries: queue, now, log });
    const connector = {
      name: 'pager',
      async deliver(message: OutboundMessage) {
        if (away) throw new RetryableError('delivery_failed', 'Away.');
        delivered.push(message);
        return { messageIds: message.replacing?.messageIds ?? [`p${delivered.length}`] };
      },
    } as unknown as Connector;
    deliverer = new Deliverer({
      ...{ outbox: store.outbox, notes: store.notes, deliveries: queue, now, log },
      limits: { firstPauseMs: 10, longestPauseMs: 20, windowMs: hour, refusedMs: hour },
      connector: () => connector,
      begun: async () => false,
      withheld: async () => false,
      refused() {},
      tried() {},
      givenUp() {},
    });
    deliverer.start();
  }

  async function end(): Promise<void> {
    deliverer.stop();
    await queue.close(1000);
  }

  const arrived = (count: number) =>
    vi.waitUntil(() => delivered.length >= count, { timeout: 10_000, interval: 5 });
  const seen = () =>
    delivered.map(({ memory, replacing }) => [memory.content.text, replacing?.messageIds ?? null]);

  it('[act.32] is given what that one is shown as now, also by a later process', async () => {
    const { turnId } = await notices.tell(ada, { text: 'May I?' }, 'card:1');
    await arrived(1);
    await notices.tell(ada, { text: 'One of two.' }, 'card:1:half', { replaces: turnId });
    await arrived(2);
    await end();
    begin();
    late = 40 * 60_000;
    await notices.tell(ada, { text: 'Approved.' }, 'card:1:end', { replaces: turnId });
    await arrived(3);
    expect(seen()).toEqual([
      ['May I?', null],
      ['One of two.', ['p1']],
      ['Approved.', ['p1']],
    ]);
  });

  it('may name the newest one as well, and says nothing of its age', async () => {
    const first = await notices.tell(ada, { text: 'Begun.' }, 'task:1');
    const second = await notices.tell(ada, { text: '1 of 3' }, 'task:1:1', { replaces: first.turnId });
    await arrived(2);
    away = true;
    await notices.tell(ada, { text: '2 of 3' }, 'task:1:2', { replaces: second.turnId });
    late = 3 * hour - 10 * 60_000;
    away = false;
    await queue.schedule(delivered[0]!.roomId);
    await arrived(3);
    expect(seen().at(-1)).toEqual(['2 of 3', ['p1']]);
  });

  it('is a message of its own where nothing of that room is known under the name', async () => {
    const elsewhere = { ...ada, source: { ...ada.source, channel: 'attic' } };
    const { turnId } = await notices.tell(elsewhere, { text: 'May I?' }, 'card:2');
    await arrived(1);
    await notices.tell(ada, { text: 'Approved.' }, 'card:2:end', { replaces: turnId });
    await notices.tell(ada, { text: 'Denied.' }, 'card:3:end', { replaces: 'turn_nobody_knows' });
    await arrived(3);
    expect(seen().slice(1)).toEqual([
      ['Approved.', null],
      ['Denied.', null],
    ]);
  });

  it('is not undone by the earlier one, when that is sent again after it was given up', async () => {
    const first = await notices.tell(ada, { text: 'May I?' }, 'card:4');
    await arrived(1);
    away = true;
    await notices.tell(ada, { text: 'One of two.' }, 'card:4:half', { replaces: first.turnId });
    const [stuck] = await vi.waitUntil(
      async () => {
        const due = await store.outbox.due(roomId(), 1);
        return due[0] && due[0].attempts > 0 ? due : false;
      },
      { timeout: 10_000 },
    );
    await store.outbox.failed(stuck!.id, { code: 'delivery_failed', message: 'Away.' }, null);
    away = false;
    await notices.tell(ada, { text: 'Approved.' }, 'card:4:end', { replaces: first.turnId });
    await vi.waitUntil(() => seen().some(([text]) => text === 'Approved.'), { timeout: 10_000 });
    expect(await store.outbox.retry(stuck!.id)).toBe(true);
    await queue.schedule(roomId());
    await vi.waitUntil(async () => (await store.outbox.due(roomId(), 1)).length === 0, { timeout: 10_000 });
    expect(seen().map(([text]) => text)).toEqual(['May I?', 'Approved.']);
  });

  function roomId(): string {
    return delivered[0]!.roomId;
  }
});
