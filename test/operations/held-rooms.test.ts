import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';

const system = { kind: 'system' } as const;
let home: Home;
let carrier: Carrier;
const platform = new Platform();

beforeEach(async () => {
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } });
  carrier = await home.carrier({ connectors: [platform], model: () => scriptedModel(() => 'Yes.') });
});
afterEach(() => home.dispose());

it('lists of rooms that people have taken over have those that others were active in since', async () => {
  const rooms: string[] = [];
  for (const who of ['ann', 'bob', 'cid', 'dan']) {
    const { memory } = (await platform.dm(who, `this is ${who}`))!;
    rooms.push(memory.roomId);
  }
  const [ann, , cid] = rooms as [string, string, string];
  for (const roomId of [ann, cid])
    await carrier.operations!.call('rooms.takeOver', { roomId, name: 'Kim' }, system);
  const listed = async (cursor?: string) => {
    const page = await carrier.operations!.call('rooms.list', { held: true, limit: 1, cursor }, system);
    return {
      shown: page.rooms.map(({ roomId, title, heldBy }) => ({ roomId, title, heldBy })),
      nextCursor: page.nextCursor,
    };
  };
  for (const who of ['bob', 'dan']) await platform.dm(who, 'and now?');
  const first = await listed();
  const second = await listed(first.nextCursor!);
  const both = [...first.shown, ...second.shown].sort((one, other) => (one.title! < other.title! ? -1 : 1));
  expect(both).toEqual([
    { roomId: ann, title: 'this is ann', heldBy: 'Kim' },
    { roomId: cid, title: 'this is cid', heldBy: 'Kim' },
  ]);
  expect(second.nextCursor).toBe(null);
  await carrier.operations!.call('rooms.handBack', { roomId: cid }, system);
  expect((await listed()).shown).toMatchObject([{ roomId: ann }]);
});
