/** What happens first is told first, in a process of its own. */
import { afterAll, expect, it } from 'vitest';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

const home = new Home();
afterAll(() => home.dispose());

it('a turn begins after its message is stored, for whoever follows', async () => {
  home.character('assistant', { name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } });
  const platform = new Platform();
  const model = () => scriptedModel(() => 'yes');
  const carrier = await home.carrier({ connectors: [platform], model });
  const rooms = 40;
  const read = async () => (await carrier.events.read(undefined, 1000)).events.map(({ event }) => event);
  await read();
  await Promise.all(Array.from({ length: rooms }, (_, at) => platform.dm(`person${at}`, 'hello')));
  await until(async () => (await read()).filter(({ type }) => type === 'turn.ended').length === rooms);
  const order = new Map<string, string[]>();
  for (const { type, roomId = '' } of await read())
    if (type !== 'delivery.done') order.set(roomId, [...(order.get(roomId) ?? []), type]);
  expect(order.size).toBe(rooms);
  for (const types of order.values()) expect(types).toEqual(['message.stored', 'turn.started', 'turn.ended']);
});
