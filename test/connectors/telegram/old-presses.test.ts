/** Buttons of messages that Telegram tells nothing of any more. */
import { afterEach, expect, it } from 'vitest';
import { FatalError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
afterEach(() => rig.close());

it.each(['in a topic', 'in a group'])('[act.23] are pressed where they stand, %s', async (where) => {
  rig = await startRig({ gate: { groups: 'always' } });
  const { hub, server, alice } = rig;
  const chat = server.world.group('Operators', { forum: where === 'in a topic' });
  const topic = where === 'in a topic' ? server.people.topic(chat, alice, 'Approvals') : undefined;
  const buttons = [{ label: 'Approve', payload: 'a'.repeat(64) }];
  hub.seen.outgoing = ({ memory, ...outbound }) => ({
    ...outbound,
    memory: { ...memory, content: { ...memory.content, buttons } },
  });
  const pressed: object[] = [];
  hub.seen.pressed = async ({ source: { channel, thread } }) => {
    pressed.push({ channel, thread });
    throw new FatalError('button_stays', 'Noted.');
  };
  hub.model.answer = 'May I?';
  server.people.say(chat, alice, 'do it', topic === undefined ? {} : { topic });
  const [asked] = await rig.said((said) => said.length === 1, chat);
  await until(() => hub.seen.deliveries.length === 1);
  for (const old of [false, true])
    expect(await server.people.press(chat, alice, asked!.message_id, 'Approve', old)).toEqual({
      ...{ text: 'Noted.', alert: true },
    });
  expect(hub.seen.presses).toHaveLength(2);
  const [said] = await hub.received(1);
  const { channel, thread } = said!.source;
  expect(pressed).toEqual([
    { channel, thread },
    { channel, thread },
  ]);
});
