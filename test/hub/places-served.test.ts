/** Places that were served before places had to be let in stay served, without a word. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { newId } from '../../src/core/ids.js';
import { type Memory, roomIdOf, scopeOf } from '../../src/core/memory.js';
import { PairedPlaces } from '../../src/intake/paired-places.js';
import { ServedPlaces } from '../../src/intake/served-places.js';
import { createLogger } from '../../src/logger.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const log = createLogger('silent');
const system = { kind: 'system' } as const;
let home: Home;
let platform: Platform;
let carrier: Carrier;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
});
afterEach(() => home.dispose());

const start = async (telegram: object = {}) => {
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  carrier = await home.carrier({ connectors: [platform], model });
};
const isDone = async () => (await carrier.store.notes.get('served-places')) !== null;
/** As an older hub left its store: with messages, and without the note. */
const older = async (...memories: Memory[]) => {
  await start();
  await until(isDone);
  for (const memory of memories) await carrier.store.memories.append(memory);
  await carrier.store.notes.take('served-places');
  await carrier.stop();
};

interface Said {
  channel: string;
  tenant?: string;
  connector?: string;
  agentId?: string;
  author?: string;
  direct?: boolean;
  scope?: string;
  thread?: string;
  status?: Memory['status'];
}
function said({ channel, tenant = 'default', connector = 'telegram', ...more }: Said): Memory {
  const { agentId = 'assistant', author = 'ann', direct = false, thread, status = 'handled' } = more;
  const source = { connector, tenant, channel, messageId: newId(), ...(thread && { thread }) };
  const message = { agentId, source, direct, author: { id: author } };
  return {
    ...{ id: newId(), agentId, roomId: roomIdOf(agentId, source), scope: more.scope ?? scopeOf(message) },
    ...{ kind: 'message', role: 'user', author: { id: author }, source, status, turnId: null },
    ...{ content: { text: 'long ago', attachments: [], replyTo: null }, createdAt: Date.now() },
  };
}
const say = (channel: string, more: Parameters<Platform['say']>[2] = {}) =>
  platform.say('ann', 'hello', { channel, home: false, ...more });

describe('a place that was served before', () => {
  it('is served from the first message on, and others are not', async () => {
    await older(
      said({ channel: 'group' }),
      said({ channel: 'forum', thread: 'topic' }),
      said({ channel: 'overheard', status: 'kept' }),
      said({ channel: 'hall', tenant: 'guild' }),
      said({ channel: 'eve', direct: true, author: 'eve' }),
      said({ channel: 'chat', tenant: 'team', direct: true }),
      said({ channel: 'theirs', agentId: 'other' }),
      said({ channel: 'room', connector: 'http' }),
    );
    await start();
    for (const channel of ['group', 'forum', 'overheard']) expect(await say(channel)).not.toBeNull();
    expect(await say('yard', { tenant: 'guild' })).not.toBeNull();
    for (const channel of ['eve', 'theirs', 'room', 'new']) expect(await say(channel)).toBeNull();
    // Someone of a workspace wrote directly: that is no place.
    expect(await say('hall', { tenant: 'team' })).toBeNull();
    const { places } = await carrier.operations!.call('pairings.list', {}, system);
    expect(places.map(({ agentId, channel, tenant }) => `${agentId} ${channel ?? tenant}`).sort()).toEqual([
      ...['assistant forum', 'assistant group', 'assistant guild', 'assistant overheard', 'other theirs'],
    ]);
  });

  it('is known by who talks there, where its messages do not say that it is a group', async () => {
    const old = { scope: 'of-an-older-hub' };
    await older(
      said({ channel: 'group', ...old }),
      said({ channel: 'group', author: 'bob', ...old }),
      said({ channel: 'ann', ...old }),
    );
    await start();
    expect(await say('group')).not.toBeNull();
    expect(await say('ann')).toBeNull();
  });

  it('is denied all the same, and stays out once it is let out', async () => {
    await older(said({ channel: 'group' }), said({ channel: 'hall', tenant: 'guild' }));
    await start({ deny: { tenants: ['guild'] } });
    expect(await say('hall', { tenant: 'guild' })).toBeNull();
    await until(isDone);
    const { places } = await carrier.operations!.call('pairings.list', {}, system);
    const { pairing } = places.find(({ channel }) => channel === 'group')!;
    await carrier.operations!.call('pairings.revoke', { pairing }, system);
    await carrier.store.notes.take('served-places');
    await carrier.stop();
    await start();
    await until(isDone);
    expect(await say('group')).toBeNull();
  });

  it('is looked for once: what is stored later lets nothing in', async () => {
    await start();
    await until(isDone);
    await carrier.store.memories.append(said({ channel: 'group' }));
    await carrier.stop();
    await start();
    expect(await say('group')).toBeNull();
  });
});

describe('noting them', () => {
  it('is done by several hubs at once, of many rooms', async () => {
    const memories = Array.from({ length: 450 }, (_, i) => said({ channel: `group-${i}` }));
    await older(...memories);
    await start();
    const { store } = carrier;
    await store.notes.take('served-places');
    const made = () =>
      new PairedPlaces({ notes: store.notes, key: () => new Uint8Array(32), approved: async () => {}, log });
    const places = made();
    await Promise.all([1, 2, 3].map(() => new ServedPlaces(store, made(), log).wait()));
    for (const { source } of memories)
      expect(
        await places.isIn({
          agentId: 'assistant',
          connector: 'telegram',
          tenant: 'default',
          channel: source.channel,
        }),
      ).toBe(true);
  }, 30_000);

  it('is tried again after a failure, and messages wait instead of being refused', async () => {
    await older(said({ channel: 'group' }));
    await start();
    const { store } = carrier;
    await store.notes.take('served-places');
    let away = true;
    const rooms: typeof store.memories.rooms = async (page) => {
      if (away) throw new Error('the store is away');
      return store.memories.rooms(page);
    };
    const history = store.memories.history.bind(store.memories);
    const memories = { ...store.memories, rooms, history };
    const places = new PairedPlaces({
      ...{ notes: store.notes, key: () => new Uint8Array(32), approved: async () => {}, log },
    });
    const served = new ServedPlaces(
      { memories: memories as typeof store.memories, notes: store.notes },
      places,
      log,
    );
    served.begin();
    await expect(served.wait()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await store.notes.get('served-places')).toBeNull();
    away = false;
    await served.wait();
    expect(await store.notes.get('served-places')).not.toBeNull();
  });
});
