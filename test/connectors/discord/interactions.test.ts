/** Slash commands and buttons, on the real hub: carried out once and answered, whatever is lost on the way. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../platforms/discord/faults.js';
import { until } from '../../support/until.js';
import { type HubStage, hubStages } from './hub-stage.js';

const open = hubStages();

async function registered({ discord }: HubStage): Promise<void> {
  await until(() => discord.interactions.commands.some(({ name }) => name === 'forget'));
}

const dropped: Fault = { kind: 'dropped', when: 'after' };
const callback = /^\/interactions\/.*\/callback$/;

describe('[discord.3] a command whose acknowledgement was carried out and never heard of', () => {
  it.each([
    ['its connection broke', [dropped]],
    ['its connection broke, again and again', [dropped, dropped, dropped, dropped]],
    ['a gateway before it timed out', [{ kind: 'lost', status: 502 }]],
    ['a page came in its place', [{ kind: 'lost', status: 403 }]],
  ] satisfies [string, Fault[]][])('(%s) is carried out once and answered', async (_, faults) => {
    const stage = await open();
    const { alice, discord, hub } = stage;
    await registered(stage);
    hub.model.answer = 'Hello.';
    alice.say(alice.direct(), 'my PIN is 4711');
    await stage.delivered();
    for (const fault of faults) discord.faults.next('POST', callback, fault);
    const asked = alice.command(alice.direct(), 'status');
    await until(() => asked.original !== null, 15_000);
    expect(discord.faults.met).toBe(faults.length);
    expect(asked.original!.content).toMatch(/\S/);
    expect(asked.followUps).toEqual([]);
  });

  it('is told of twice by a session that is resumed, and carried out once', async () => {
    const stage = await open();
    const { alice, discord } = stage;
    await registered(stage);
    const asked = alice.command(alice.direct(), 'help');
    await until(() => asked.original !== null);
    const { content } = asked.original!;
    asked.original = { content: 'as it was', ephemeral: true };
    discord.interactions.redeliver(asked);
    const next = alice.command(alice.direct(), 'help');
    await until(() => next.original !== null);
    expect(next.original!.content).toBe(content);
    expect(asked.original!.content).toBe('as it was');
  });

  it('is not carried out where Discord says that it came too late', async () => {
    const stage = await open();
    const { alice, discord, hub } = stage;
    await registered(stage);
    hub.model.answer = 'Hello.';
    alice.say(alice.direct(), 'my PIN is 4711');
    await stage.delivered();
    discord.interactions.deadlineMs = -1;
    const late = alice.command(alice.direct(), 'new');
    await until(() => hub.seen.logged.some(({ message }) => message.includes('could not be answered')));
    expect(late.original).toBeNull();
    expect(late.acknowledged).toBeNull();
  });

  it('is answered also when the answer does not arrive at once', async () => {
    const stage = await open();
    const { alice, discord } = stage;
    await registered(stage);
    discord.faults.next('PATCH', /@original$/, { kind: 'status', status: 503 }, { times: 4 });
    const asked = alice.command(alice.direct(), 'help');
    await until(() => asked.original !== null, 15_000);
    expect(discord.faults.met).toBe(4);
  });

  it('of a button: the press is taken once', async () => {
    const stage = await open();
    const { alice, discord, hub } = stage;
    await registered(stage);
    hub.model.answer = 'Hello.';
    const direct = alice.direct();
    alice.say(direct, 'my PIN is 4711');
    await stage.delivered();
    alice.say(direct, '/forget');
    await until(() => discord.said(direct).some(({ components }) => components.length > 0), 10_000);
    const offer = discord.said(direct).find(({ components }) => components.length > 0)!;
    discord.faults.next('POST', callback, dropped, { times: 2 });
    const pressed = alice.press(offer, 'Forget it');
    await until(() => pressed.followUps.length === 1, 15_000);
    expect(pressed.followUps[0]!.content).toContain('Forgotten');
    expect(offer.components).toEqual([]);
    expect(JSON.stringify(await hub.memories())).not.toContain('4711');
  });

  it('does not hold up the end of the hub', async () => {
    const stage = await open();
    const { alice, discord, hub } = stage;
    await registered(stage);
    discord.faults.next('POST', callback, { kind: 'status', status: 503 }, { times: 10_000 });
    alice.command(alice.direct(), 'help');
    await until(() => discord.faults.met > 2, 10_000);
    await hub.stop(5000);
    const met = discord.faults.met;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(discord.faults.met).toBeLessThanOrEqual(met + 2);
  });
});

describe('[discord.6] the slash command /forget', () => {
  it.each(['in a direct conversation', 'in a channel'])('%s is confirmed with its button', async (where) => {
    const stage = await open();
    const { alice, lobby, name, hub } = stage;
    // In a channel it is for those who run the agent.
    await hub.stop();
    hub.gate = { ...hub.gate, operators: [alice.id] };
    await hub.start();
    await registered(stage);
    hub.model.answer = 'Hello.';
    const direct = where.includes('direct');
    const place = direct ? alice.direct() : lobby;
    alice.say(place, direct ? 'my PIN is 4711' : `${name} my PIN is 4711`);
    await stage.delivered();
    const asked = alice.command(place, 'forget');
    await until(() => asked.original !== null, 10_000);
    expect(asked.original).toMatchObject({ ephemeral: true });
    const pressed = alice.pressAnswer(asked, 'Forget it');
    await until(() => pressed.followUps.length > 0, 10_000);
    expect(pressed.followUps[0]).toMatchObject({ ephemeral: true });
    expect(pressed.followUps[0]!.content).toContain('Forgotten');
    expect(asked.original!.components).toEqual([]);
    expect(JSON.stringify(await hub.memories())).not.toContain('4711');
  });

  it('whose buttons are refused is answered in words', async () => {
    const stage = await open();
    const { alice, discord, hub } = stage;
    await registered(stage);
    hub.model.answer = 'Hello.';
    alice.say(alice.direct(), 'my PIN is 4711');
    await stage.delivered();
    const body = { message: 'Invalid Form Body', code: 50035, errors: { components: { _errors: [] } } };
    discord.faults.next('PATCH', /@original$/, { kind: 'status', status: 400, body });
    const asked = alice.command(alice.direct(), 'forget');
    await until(() => asked.original !== null, 10_000);
    expect(asked.original!.components).toBeUndefined();
    expect(asked.original!.content).toMatch(/forget/i);
  });
});

describe('[discord.10] the commands of an application', () => {
  const names = [
    ...['help', 'new', 'status', 'forget', 'model', 'stop', 'whoami', 'link', 'unlink'],
    ...['schedules', 'approve', 'deny', 'role', 'pause', 'resume'],
  ];

  it('that are not the hub’s stay as they are', async () => {
    const first = await open();
    await registered(first);
    const { discord } = first;
    const own = [
      { type: 4, name: 'launch', handler: 2, contexts: [0, 1], integration_types: [0] },
      { type: 1, name: 'weather', description: 'Of an operator', name_localizations: { de: 'wetter' } },
      { type: 3, name: 'Report this' },
      { type: 2, name: 'help' },
    ];
    discord.interactions.register(own);
    const before = structuredClone(discord.interactions.commands);
    await first.hub.stop();
    await first.hub.start();
    await registered(first);
    const { commands } = discord.interactions;
    expect(commands.slice(0, 4)).toEqual(before);
    expect(commands.slice(4).map(({ name }) => name)).toEqual(names);
    const written = discord.interactions.registrations;
    await first.hub.stop();
    await first.hub.start();
    await until(() => discord.gateway.identified === 3);
    expect(discord.interactions.registrations).toBe(written);
  });
});
