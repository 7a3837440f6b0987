/** Reminders into a chat that its person has closed: given up as replies are, told, and no other is held up. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FatalError } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import { minute, OutageHub } from './outage.js';

const system = { kind: 'system' } as const;
const operatorsRoom = { connector: 'telegram', tenant: 'default', channel: 'operators' };
let hub: OutageHub;
beforeEach(async () => {
  hub = new OutageHub();
  await hub.start({ operatorsRoom });
});
afterEach(() => hub.home.dispose());

const roomOf = async (who: string) => {
  const { memory } = (await hub.platform.dm(who, 'hello'))!;
  await until(() => hub.platform.in(who).length === 1);
  return memory.roomId;
};
const remind = (roomId: string, text: string, when: object) =>
  hub.carrier.operations!.call('schedules.add', { roomId, text, ...when } as never, system);

it('[act.53] are given up and told to operators, and other reminders go on', async () => {
  const [ann, bob] = [await roomOf('ann'), await roomOf('bob')];
  hub.platform.answer = ({ to }) =>
    to.channel === 'ann'
      ? new FatalError('delivery_failed', 'Cannot send messages to this user (50007).')
      : undefined;
  await remind(ann, 'to ann', { in: 60 });
  await remind(bob, 'to bob', { in: 60 });
  await remind(bob, 'to bob again', { in: 13 * 60 });
  hub.later(minute + 1000);
  await hub.restart({ operatorsRoom });
  await until(() => hub.platform.in('bob').includes('Reminder: to bob'));
  await until(() => hub.platform.tries.includes('Reminder: to ann'));
  hub.later(12 * minute);
  await hub.restart({ operatorsRoom });
  await until(() => hub.platform.in('bob').includes('Reminder: to bob again'));
  await until(async () => (await hub.undelivered('dead')).length === 1);
  await until(() => hub.platform.in('operators').length === 1);
  expect(hub.platform.in('operators')[0]).toContain('given up');
  // It is not tried for ever.
  const tried = () => hub.platform.tries.filter((text) => text === 'Reminder: to ann').length;
  const before = tried();
  hub.later(60 * minute);
  await hub.restart({ operatorsRoom });
  await hub.meanwhile();
  expect([tried(), hub.platform.in('ann')]).toEqual([before, ['re: hello']]);
  const { schedules } = await hub.carrier.operations!.call('schedules.list', { state: 'all' }, system);
  expect(schedules.map(({ state }) => state)).toEqual(['over', 'over', 'over']);
});
