import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../src/core/inbound.js';
import { RetryableError } from '../../src/errors.js';
import type { Receiving } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
/** How often a message was completed. */
let fetched: number;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  fetched = 0;
});
afterEach(() => home.dispose());

const start = async (telegram: object = {}) => {
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  return home.carrier({ connectors: [platform], model });
};

type Envelope = Partial<Omit<InboundMessage, 'source'>> & { id?: string };

/** With a file that must be fetched. `complete`: what fetching it gives. */
const send = (author: string, envelope: Envelope, complete: Receiving['complete'] | object = {}) => {
  const { id, ...more } = envelope;
  const message: InboundMessage = {
    ...{ agentId: 'assistant', source: platform.source('group', id), direct: false, home: true },
    ...{ author: { id: author }, text: 'look', files: [{ name: 'a.txt', size: 5 }], ...more },
  };
  return platform.host.receive(message, {
    async complete() {
      fetched++;
      if (typeof complete === 'function') return complete();
      const file = await platform.host.putFile(Buffer.from('hello'), { name: 'a.txt' }, message);
      return { ...message, files: [], attachments: [file], ...complete };
    },
  });
};

it.each([
  ['photo\u202Egpj.exe', 'photogpj.exe'],
  ['a\r\nb\u2028c\u200B.txt', 'a b c.txt'],
  ['\u202E\u200F', 'file'],
  [`${'x'.repeat(254)}\u{1F600}`, 'x'.repeat(254)],
  ['👩\u200D🚀 می\u200Cخواهم.txt', '👩\u200D🚀 می\u200Cخواهم.txt'],
])('a file called %j is called as people see it, whatever platform it comes from', async (name, kept) => {
  await start();
  const message: InboundMessage = {
    ...{ agentId: 'assistant', source: platform.source('group'), direct: false, home: true },
    ...{ author: { id: 'ann' }, text: 'look' },
  };
  const { name: shown } = await platform.host.putFile(Buffer.from('hello'), { name }, message);
  expect(shown).toBe(kept);
});

describe('what the gate refuses', () => {
  const refused: [string, object, Envelope][] = [
    ['somebody denied', { deny: { users: ['eve'] } }, {}],
    ['a role that is denied', { deny: { roles: ['muted'] } }, { roles: ['muted'] }],
    ['a bot', {}, { author: { id: 'eve', bot: true } }],
    ['a stranger who writes directly', {}, { direct: true }],
    ['somebody who is on no list', { dm: 'allowlist' }, { direct: true }],
    ['a place that is not let in', {}, { home: false }],
    ['talk that is not meant for it', {}, { addressed: false }],
    ['talk in a place that is not let in', { context: true }, { addressed: false, home: false }],
    ['groups that are off', { groups: 'off' }, {}],
    ['a command', {}, { text: '/help' }],
  ];
  it.each(refused)('[discord.16] of %s no file is fetched or kept', async (_, telegram, envelope) => {
    const carrier = await start(telegram);
    expect(await send('eve', envelope)).toBeNull();
    expect(fetched).toBe(0);
    const { items } = await carrier.store.memories.rooms({ limit: 10 });
    expect(items).toEqual([]);
  });

  it('[discord.16] nor of who writes too much', async () => {
    await start({ rate: { perUser: 1, windowSeconds: 600 } });
    expect(await send('ann', {})).not.toBeNull();
    expect(await send('ann', {})).toBeNull();
    expect(fetched).toBe(1);
  });
});

describe('a message that is let in', () => {
  it('is completed once, however often and however fast it comes', async () => {
    await start();
    const receipts = await Promise.all([1, 2, 3].map(() => send('ann', { id: '1' })));
    expect(receipts.map((receipt) => receipt!.duplicate).sort()).toEqual([false, true, true]);
    expect((await send('ann', { id: '1' }))!.duplicate).toBe(true);
    expect(fetched).toBe(1);
    expect(receipts[0]!.memory.content.attachments).toMatchObject([{ name: 'a.txt', size: 5 }]);
  });

  it('is completed too when it is only kept', async () => {
    await start({ context: true });
    const overheard = { addressed: false, files: [] };
    const kept = await send('ann', overheard, { author: { id: 'ann', name: 'Ann' } });
    expect(kept!.memory).toMatchObject({ status: 'kept', author: { id: 'ann', name: 'Ann' } });
    expect(fetched).toBe(1);
    // What turns out to be nothing is not kept, and nobody is told.
    expect(await send('ann', overheard, { text: '', attachments: [] })).toBeNull();
  });

  it('[discord.16] is kept with the names of its files alone where it is only kept', async () => {
    await start({ context: true });
    const kept = await send('ann', { addressed: false });
    expect(kept!.memory.content).toMatchObject({ text: 'look\n[file a.txt, not read]', attachments: [] });
    expect(fetched).toBe(0);
  });

  it('comes again when its files cannot be had now, and is counted once', async () => {
    await start({ rate: { perUser: 2, windowSeconds: 600 } });
    const away = async () => {
      throw new RetryableError('store_unavailable', 'away');
    };
    for (let i = 0; i < 5; i++)
      await expect(send('ann', { id: '1' }, away)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await send('ann', { id: '1' })).toMatchObject({ duplicate: false });
    // Redelivered, it is known.
    for (let i = 0; i < 5; i++) expect(await send('ann', { id: '1' })).toMatchObject({ duplicate: true });
    expect(await send('ann', { id: '2' })).not.toBeNull();
    expect(await send('ann', { id: '3' })).toBeNull();
  });

  it('is refused when its connector completes another one', async () => {
    const carrier = await start();
    const source = platform.source('elsewhere', '1');
    for (const other of [{ author: { id: 'bob' } }, { source }, { direct: true }, { agentId: 'other' }])
      await expect(send('ann', { id: '1' }, other)).rejects.toMatchObject({ code: 'internal' });
    expect((await carrier.store.memories.rooms({ limit: 10 })).items).toEqual([]);
    await expect(send('ann', { id: '1' }, { text: 'x'.repeat(40_000) })).rejects.toMatchObject({
      code: 'text_too_long',
    });
    await expect(send('ann', { id: '1' }, { text: '', attachments: [] })).rejects.toMatchObject({
      code: 'text_empty',
    });
    expect(await send('ann', { id: '1' })).not.toBeNull();
  });
});

describe('rates', () => {
  it('[security.7] are above zero on platforms, and only what would be answered counts', async () => {
    await start({ context: true });
    for (let i = 0; i < 40; i++) await platform.say('ann', `${i}`, { addressed: false });
    const receipts = [];
    for (let i = 0; i < 35; i++) receipts.push(await platform.say('ann', `${i}`));
    expect(receipts.filter((receipt) => receipt !== null)).toHaveLength(30);
    await until(() => platform.texts.some((text) => /a little fast/.test(text)));
  });

  it('are off where the character says 0', async () => {
    await start({ rate: { perUser: 0, perRoom: 0 } });
    const receipts = await Promise.all(Array.from({ length: 150 }, (_, i) => platform.say('ann', `${i}`)));
    expect(receipts.filter((receipt) => receipt !== null)).toHaveLength(150);
  });
});
