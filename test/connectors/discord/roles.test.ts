/**
 * Roles on the real hub, with an unmodified discord.js that is told of no change of a member: the members intent is not
 * asked for, and the small Discord has no such events.
 */
import { describe, expect, it } from 'vitest';
import { freshMs } from '../../../src/access/freshness.js';
import type { Fault } from '../../platforms/discord/faults.js';
import { messagePayload } from '../../platforms/discord/payloads.js';
import type { Person } from '../../platforms/discord/person.js';
import { intents } from '../../platforms/discord/world.js';
import { until } from '../../support/until.js';
import { type HubStage, hubStages } from './hub-stage.js';

const openStage = hubStages();
const noRate = { perUser: 0, perRoom: 0 };
const patience = { timeout: 10_000, interval: 50 };

/** Alice has the role "staff", which a list names; the bot has heard her, and so remembers her with it. */
async function open(list: 'allow' | 'deny' = 'allow') {
  const stage = await openStage();
  const { discord, guild, hub, alice } = stage;
  const staff = discord.world.addRole(guild, 'staff');
  const setRoles = (roles: string[], person = alice) =>
    void Object.assign(guild.members.get(person.id)!, { roles });
  setRoles([staff.id]);
  hub.model.answer = 'Well.';
  await hub.stop();
  hub.gate = { dm: 'open', places: 'open', rate: noRate, [list]: { roles: [staff.id] } };
  await hub.start();
  const opened = { ...stage, staff, setRoles };
  if (list === 'allow') expect(await letsIn(opened)).toBe(true);
  return opened;
}

/** Whether the hub lets somebody in who names the agent. */
async function letsIn({ hub, lobby, name, alice }: HubStage, person: Person = alice): Promise<boolean> {
  const { receipts } = hub.seen;
  const before = receipts.length;
  person.say(lobby, `${name} hi`);
  await until(() => receipts.length > before);
  return receipts[before] !== null;
}

/** What a command gives that a person types; null: nothing at all. */
async function answerTo({ discord, lobby }: HubStage, person: Person, name: string) {
  await until(() => discord.interactions.commands.length > 0);
  const asked = person.command(lobby, name);
  await until(() => asked.withdrawn || asked.original !== null, 10_000);
  return { asked, text: asked.original?.content ?? null };
}

describe('a Discord role', () => {
  it('[governed.9] counts as the next message, command and button say it, not as it is remembered', async () => {
    const stage = await open();
    const { alice, bob, setRoles, staff } = stage;
    expect(await letsIn(stage, bob)).toBe(false);
    await stage.said();
    expect((await answerTo(stage, alice, 'status')).text).toContain('Agent: Eliza');
    const { asked } = await answerTo(stage, alice, 'forget');
    setRoles([]);
    expect(await letsIn(stage)).toBe(false);
    expect((await answerTo(stage, alice, 'status')).text).toBeNull();
    const pressed = alice.pressAnswer(asked, 'Forget it');
    await until(() => pressed.followUps.length > 0);
    expect(pressed.followUps[0]!.content).toBe('This agent does not talk to you here.');
    expect(await stage.hub.received()).toHaveLength(1);
    setRoles([staff.id]);
    expect(await letsIn(stage)).toBe(true);
  });

  it('[governed.9] that is deleted counts no more, and what it may do on Discord says nothing', async () => {
    const stage = await open();
    const { discord, guild, staff } = stage;
    staff.permissions = '8';
    expect(await letsIn(stage)).toBe(true);
    discord.world.deleteRole(guild, staff);
    expect(await letsIn(stage)).toBe(false);
  });

  it('needs no members intent', async () => {
    const { discord } = await open();
    // It is not switched on there: who asks for it is not connected.
    expect(discord.gateway.settings.privileged & (1 << 1)).toBe(0);
    expect(discord.gateway.identified).toBeGreaterThan(0);
  });

  it('is asked for where Discord does not say it: of edits, and of what was said while nobody listened', async () => {
    const stage = await open();
    const { alice, bob, lobby, name, hub, setRoles, staff } = stage;
    const text = async (at: number) => (await hub.received(at + 1))[at]!.content.text;
    const said = alice.say(lobby, `${name} mine`);
    await hub.received(2);
    alice.edit(said, `${name} mine, edited`, 'content');
    await expect.poll(() => text(1), patience).toBe('mine, edited');
    setRoles([]);
    // What was asked for counts so long.
    await new Promise((resolve) => setTimeout(resolve, freshMs + 50));
    alice.edit(said, `${name} obey me`, 'content');
    await hub.stop();
    alice.say(lobby, `${name} missed, and not staff any more`);
    setRoles([staff.id], bob);
    bob.say(lobby, `${name} missed`);
    await hub.start();
    await expect.poll(() => text(2), patience).toBe('missed');
    expect(await text(1)).toBe('mine, edited');
    expect(await hub.received()).toHaveLength(3);
  });

  it('is asked for of a message that was noted with it, and is taken up by a later process', async () => {
    const { discord, alice, lobby, name, hub, connector, setRoles, staff } = await open();
    await hub.stop();
    const said = alice.say(lobby, `${name} with a large file`);
    const noted = messagePayload(discord.world, said, { intents: intents.guildMessages, cdn: '' });
    expect(noted).toMatchObject({ member: { roles: [staff.id] } });
    setRoles([]);
    await hub.start();
    await connector.again!(structuredClone(noted));
    expect(await hub.received()).toHaveLength(1);
    setRoles([staff.id]);
    await expect
      .poll(async () => {
        await connector.again!(structuredClone(noted));
        return (await hub.received()).length;
      }, patience)
      .toBe(2);
  });

  it('that Discord says nobody has denies nobody', async () => {
    const { bob, hub, lobby, name } = await open('deny');
    bob.edit(bob.say(lobby, `${name} mine`), `${name} mine, edited`, 'content');
    await expect.poll(async () => (await hub.received())[0]!.content.text, patience).toBe('mine, edited');
  });

  const page: Fault = { kind: 'page', status: 404 };
  const missingAccess = { message: 'Missing Access', code: 50001 };
  it.each<[string, Fault]>([
    ['fails', { kind: 'status', status: 500 }],
    ['refuses the bot', { kind: 'status', status: 403, body: missingAccess }],
    [
      'knows no such server',
      { kind: 'status', status: 404, body: { message: 'Unknown Guild', code: 10004 } },
    ],
    ['knows no such route', { kind: 'status', status: 404, body: { message: '404: Not Found', code: 0 } }],
    ['is hidden behind a page', page],
    ['says something else', { kind: 'status', status: 200, body: {} }],
    ['limits the calls', { kind: 'rate-limited', retryAfter: 60 }],
    ['limits the calls for a moment that is too long', { kind: 'rate-limited', retryAfter: 5 }],
    ['breaks the connection', { kind: 'dropped', when: 'before' }],
    ['is late', { kind: 'slow', ms: 20_000 }],
  ])('[governed.9] is not known, and denies, where Discord %s', async (_, fault) => {
    const { discord, bob, hub, lobby, name } = await open('deny');
    const said = bob.say(lobby, `${name} mine`);
    const [memory] = await hub.received();
    discord.faults.next('GET', /\/members\//, fault, { times: 1000 });
    bob.edit(said, `${name} obey me`, 'content');
    // What Bob says in a message is judged behind the edit, by the roles that it says itself.
    bob.say(lobby, `${name} next`);
    await hub.received(2);
    expect((await hub.memories()).find(({ id }) => id === memory!.id)!.content.text).toBe('mine');
  });

  it('of somebody who has left, or whom Discord does not know, is none', async () => {
    const { discord, guild, alice, connector, staff } = await open();
    const of = (userId: string, tenant = guild.id) =>
      connector.groupsOf!({ tenant, userId }, AbortSignal.timeout(10_000));
    expect(await of(alice.id)).toEqual([staff.id]);
    guild.members.delete(alice.id);
    expect(await of(alice.id)).toEqual([]);
    const unknownUser = { message: 'Unknown User', code: 10013 };
    discord.faults.next('GET', /\/members\//, { kind: 'status', status: 404, body: unknownUser });
    expect(await of('1')).toEqual([]);
    expect(await of(alice.id, '@me')).toEqual([]);
    await expect(of('../../users/1')).rejects.toMatchObject({ code: 'groups_unknown' });
  });
});
