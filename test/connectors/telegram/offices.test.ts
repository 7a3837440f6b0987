/** Who administers a chat, on the real hub: a list names the office, and Telegram says who holds it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Chat } from '../../platforms/telegram/world.js';
import { until } from '../../support/until.js';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
let den: Chat;
let yard: Chat;
const open = async (of: (chat: Chat) => object) => {
  rig = await startRig();
  den = rig.server.world.group('Den');
  yard = rig.server.world.group('Yard');
  rig.hub.model.answer = 'Well.';
  await rig.hub.stop();
  rig.hub.gate = { dm: 'open', places: 'open', rate: { perUser: 0, perRoom: 0 }, ...of(den) };
  await rig.hub.start();
};
afterEach(() => rig.close());

/** Whether the hub lets Alice in, who names the agent. */
const letsIn = async (chat = den): Promise<boolean> => {
  const before = rig.hub.seen.receipts.length;
  rig.ask(`@${rig.server.world.bot.username} hi`, chat);
  await until(() => rig.hub.seen.receipts.length > before);
  return rig.hub.seen.receipts[before] !== null;
};
const asked = () => rig.server.calls.filter(({ method }) => method === 'getChatMember').length;
const soon = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 10_000, interval: 100 });

describe('an office of a Telegram chat on a list', () => {
  it('lets in who holds it there, the owner too, wherever they write, and nobody else’s', async () => {
    await open(({ id }) => ({ allow: { roles: [`administrators:${id}`] } }));
    yard.standing.set(rig.alice.id, 'creator');
    expect(await letsIn()).toBe(false);
    den.standing.set(rig.alice.id, 'administrator');
    await soon(() => letsIn()).toBe(true);
    expect(await letsIn(yard)).toBe(true);
    den.standing.set(rig.alice.id, 'creator');
    await soon(() => letsIn()).toBe(true);
  });

  it('[governed.9] lets nobody in any more who lost it, or left', async () => {
    await open(({ id }) => ({ allow: { roles: [`owner:${id}`] } }));
    den.standing.set(rig.alice.id, 'creator');
    expect(await letsIn()).toBe(true);
    den.standing.set(rig.alice.id, 'administrator');
    await soon(() => letsIn()).toBe(false);
    den.standing.set(rig.alice.id, 'creator');
    await soon(() => letsIn()).toBe(true);
    den.standing.set(rig.alice.id, 'left');
    await soon(() => letsIn()).toBe(false);
  });

  it.each([
    [
      'hides its members from the bot',
      (chat: Chat) => void Object.assign(chat, { hidesMembers: 'CHAT_ADMIN_REQUIRED' }),
    ],
    [
      'has put the bot out',
      (chat: Chat) => void Object.assign(chat, { barred: 'bot was kicked from the supergroup chat' }),
    ],
  ])('[governed.9] lets nobody in where its chat %s, and denies whom it may', async (_, spoil) => {
    await open(({ id }) => ({ allow: { roles: [`administrators:${id}`] } }));
    den.standing.set(rig.alice.id, 'administrator');
    expect(await letsIn(yard)).toBe(true);
    spoil(den);
    await soon(() => letsIn(yard)).toBe(false);
    await rig.hub.stop();
    rig.hub.gate = { ...rig.hub.gate, allow: {}, deny: { roles: [`owner:${den.id}`] } };
    await rig.hub.start();
    expect(await letsIn(yard)).toBe(false);
  });

  it('is not asked for where no list names one', async () => {
    await open(() => ({ allow: { roles: ['administrators'] } }));
    expect(await letsIn()).toBe(false);
    expect(asked()).toBe(0);
  });
});
