/** A role of the hub that is given to a Discord role: the person has it for as long as Discord says so. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../platforms/discord/faults.js';
import { until } from '../../support/until.js';
import { type HubStage, hubStages } from './hub-stage.js';

const openStage = hubStages();
const patience = { timeout: 10_000, interval: 50 };
const refused = '/model is for the operators of this agent.';

/** Who has the role "staff" on the server is an operator of the agent. Alice has it, Bob has not. */
async function open() {
  const stage = await openStage({ gate: { rate: { perUser: 0, perRoom: 0 } } });
  const { discord, guild, hub, alice } = stage;
  const staff = discord.world.addRole(guild, 'staff');
  const setRoles = (roles: string[]) => void Object.assign(guild.members.get(alice.id)!, { roles });
  setRoles([staff.id]);
  const group = { connector: 'discord', tenant: guild.id, group: staff.id };
  const given = await fetch(`${hub.url}/roles/give`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'operator', group, agentId: 'eliza' }),
  });
  expect(given.status).toBe(200);
  await until(() => discord.interactions.commands.length > 0);
  const stop = { ...stage, staff, setRoles };
  return stop;
}

/** What /model gives. */
async function model({ alice, lobby }: HubStage, person = alice, channel = lobby): Promise<string> {
  const asked = person.command(channel, 'model', { name: 'offline' });
  await until(() => asked.original !== null, 10_000);
  return asked.original!.content;
}

/** The same, typed as a message in a direct conversation, where Discord says no roles. */
async function modelDirectly({ discord, alice }: HubStage, person = alice): Promise<string> {
  const before = discord.said(person.direct()).length;
  person.say(person.direct(), '/model offline');
  await until(() => discord.said(person.direct()).length > before, 10_000);
  return discord.said(person.direct())[before]!.content;
}

describe('a role that is given to a Discord role', () => {
  it('[governed.9] is lost with it for the very next call, whatever the bot remembers of the member', async () => {
    const stage = await open();
    const { alice, bob, lobby, discord, name, setRoles, staff, hub } = stage;
    expect(await model(stage)).toContain('offline');
    expect(await model(stage, bob)).toBe(refused);
    setRoles([]);
    expect(await model(stage)).toBe(refused);
    alice.say(lobby, `${name} /model offline`);
    await until(() => discord.said(lobby).some(({ content }) => content === refused), 10_000);
    setRoles([staff.id]);
    expect(await model(stage)).toContain('offline');
    expect(hub.model.requests).toEqual([]);
  });

  it('[governed.9] is lost when the Discord role is deleted; what that may do on Discord says nothing', async () => {
    const stage = await open();
    const { discord, guild, staff } = stage;
    staff.permissions = '0';
    expect(await model(stage)).toContain('offline');
    discord.world.deleteRole(guild, staff);
    expect(await model(stage)).toBe(refused);
  });

  it('[governed.9] counts in direct conversations, too, and is lost there within a second', async () => {
    const stage = await open();
    expect(await modelDirectly(stage)).toContain('offline');
    expect(await modelDirectly(stage, stage.bob)).toBe(refused);
    stage.setRoles([]);
    await expect.poll(() => modelDirectly(stage), patience).toBe(refused);
  });

  it('[governed.9] is lost by who leaves the server', async () => {
    const stage = await open();
    expect(await modelDirectly(stage)).toContain('offline');
    stage.guild.members.delete(stage.alice.id);
    await expect.poll(() => modelDirectly(stage), patience).toBe(refused);
  });

  it.each<[string, Fault]>([
    ['fails', { kind: 'status', status: 500 }],
    ['refuses the bot', { kind: 'status', status: 403, body: { message: 'Missing Access', code: 50001 } }],
    ['is hidden behind a page', { kind: 'page', status: 404 }],
    ['limits the calls', { kind: 'rate-limited', retryAfter: 60 }],
    ['is late', { kind: 'slow', ms: 20_000 }],
  ])('[governed.9] is not kept while Discord %s', async (_, fault) => {
    const stage = await open();
    expect(await modelDirectly(stage)).toContain('offline');
    stage.discord.faults.next('GET', /\/members\//, fault, { times: 1000 });
    await expect.poll(() => modelDirectly(stage), patience).toBe(refused);
  });
});
