/** Whose room it is, by what is left of it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { placeOfRoom } from '../../src/operations/place.js';
import { Platform } from '../hub/platform.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

onBothStores('a direct room', (engines) => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
    const open = { dm: 'open', groups: 'always' };
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [], connectors: { telegram: open, http: open } },
    });
  });
  afterEach(() => home.dispose());

  it('stays its person’s where what they said first is forgotten, and a group is nobody’s', async () => {
    const [telegram, http] = [new Platform(), new Platform('http')];
    const model = () => scriptedModel(() => 'yes');
    const { store } = await home.carrier({ connectors: [telegram, http], model }, engines());
    const inConsole = { source: http.source('own:4:dora:trip'), author: { id: 'dora' }, text: 'hello' };
    const rooms = [
      (await telegram.dm('dora', 'hello'))!.memory,
      (await http.host.receive({ agentId: 'assistant', direct: true, ...inConsole }))!.memory,
      (await telegram.say('dora', 'hello'))!.memory,
    ];
    const history = async (roomId: string) => (await store.memories.history(roomId, { limit: 10 })).items;
    for (const { roomId } of rooms) await until(async () => (await history(roomId)).length === 2);
    // On a platform what they said later says whose it is; over the API the room's name does.
    await telegram.dm('dora', 'and now?');
    const whose = async () =>
      Promise.all(rooms.map(async ({ roomId }) => (await placeOfRoom(roomId, { store })).userId));
    expect(await whose()).toEqual(['dora', 'dora', undefined]);
    for (const { id } of rooms) await store.memories.forget([id]);
    for (const { roomId } of rooms) expect((await history(roomId))[0]!.role).toBe('assistant');
    expect(await whose()).toEqual(['dora', 'dora', undefined]);
  });
});
