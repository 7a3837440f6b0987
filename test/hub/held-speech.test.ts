/** What would be said in a room that people have taken over though nobody there has asked for it: who says it, and when. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import schedule from '../../plugins/schedule.js';
import type { Carrier } from '../../src/carrier.js';
import type { InputOf, OperationName } from '../../src/operations/operations.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const system = { kind: 'system' } as const;
const minute = 60_000;

onBothStores('a room that people have', (engines) => {
  let home: Home;
  let platform: Platform;
  let carrier: Carrier;
  let time: number;
  let roomId: string;
  let settings: Record<string, string>;
  const model = scriptedModel((request) => {
    const said = lastSaid(request);
    if (request.messages.at(-1)!.role !== 'user') return 'Scheduled.';
    if (said.startsWith('plan ')) return { calls: [{ name: 'schedule', arguments: said.slice(5) }] };
    return `did ${said.split('\n').at(-1)}`;
  });
  const start = async () => {
    carrier = await home.carrier(
      { connectors: [platform], model: () => model, now: () => time, plugins: [schedule] },
      settings,
    );
  };
  const call = <Name extends OperationName>(name: Name, input: InputOf<Name>) =>
    carrier.operations!.call(name, input, system);
  const say = async (text: string) => {
    const before = platform.texts.length;
    const { memory } = (await platform.dm('ann', text))!;
    await until(() => platform.texts.length > before);
    return memory.roomId;
  };
  /** What is due has been looked at since. */
  const rested = (id: string) =>
    until(async () => {
      const found = await carrier.store.records.get('schedule', id);
      return Number((found?.value as { rests?: number })?.rests ?? 0) >= time;
    });
  /** What is due is looked for whenever something is planned. */
  const look = () => call('schedules.add', { roomId, text: 'far away', in: 1e6 });

  beforeEach(async () => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['schedule'], memory: { facts: { extract: 'off' } } },
      connectors: { telegram: { dm: 'open' } },
    });
    time = Date.now();
    platform = new Platform();
    settings = { ...engines(), CARRIER_SWEEP_MS: '200' };
    await start();
  });
  afterEach(() => home.dispose());

  it('[governed.42] hears of reminders and work by the clock when it is handed back, once', async () => {
    for (const work of [false, true])
      roomId = await say(
        `plan {"text":"stretch ${work ? 'work' : 'reminder'}","inMinutes":1,"zone":"UTC","work":${work}}`,
      );
    const { schedules } = await call('schedules.list', {});
    expect(schedules).toHaveLength(2);
    await call('rooms.takeOver', { roomId });
    const before = platform.texts.length;
    time += minute + 1000;
    await look();
    for (const { id } of schedules) await rested(id);
    await call('rooms.answer', { roomId, text: 'Kim here.' });
    await until(() => platform.texts.length > before);
    expect(platform.texts.slice(before)).toEqual(['Kim here.']);
    await call('rooms.handBack', { roomId });
    time += minute;
    await look();
    await until(() => platform.texts.length === before + 3);
    expect(platform.texts.slice(before + 1).sort()).toEqual([
      'Reminder: stretch reminder',
      expect.stringMatching(/^did .*stretch work/),
    ]);
  });

  /** Taken over while what came by the clock lies undelivered. @returns how much was shown before */
  const withheld = async (work: boolean) => {
    roomId = await say(`plan {"text":"stretch","inMinutes":1,"zone":"UTC","work":${work}}`);
    platform.failing = 1000;
    time += minute + 1000;
    await look();
    await until(() => platform.failing < 1000);
    await call('rooms.takeOver', { roomId });
    platform.failing = 0;
    const before = platform.texts.length;
    await call('rooms.answer', { roomId, text: 'Kim here.' });
    await until(() => platform.texts.length > before);
    expect(platform.texts.slice(before)).toEqual(['Kim here.']);
    return before;
  };

  it('[governed.41] sees nothing of a reminder that lay undelivered, until it is handed back', async () => {
    const before = await withheld(false);
    const [draft] = (await call('rooms.hold', { roomId })).drafts;
    expect(draft).toMatchObject({ text: 'Reminder: stretch', later: true });
    expect(await call('rooms.handBack', { roomId })).toEqual({ handedBack: true });
    await until(() => platform.texts.length === before + 2);
    expect(platform.texts.at(-1)).toBe('Reminder: stretch');
    expect(await call('rooms.hold', { roomId })).toMatchObject({ hold: null, drafts: [] });
    await call('rooms.takeOver', { roomId });
    await call('rooms.handBack', { roomId });
    await say('thanks');
    expect(platform.texts.slice(before + 2)).toEqual(['did thanks']);
  });

  it('[governed.41] sees the result of work by the clock then, and what it was itself answered never', async () => {
    const before = await withheld(true);
    expect((await call('rooms.hold', { roomId })).drafts).toMatchObject([{ later: true }]);
    await call('rooms.handBack', { roomId });
    await until(() => platform.texts.length === before + 2);
    expect(platform.texts.at(-1)).toMatch(/^did .*stretch/);
    platform.failing = 1000;
    await platform.dm('ann', 'hello again');
    await until(() => platform.failing < 1000);
    await call('rooms.takeOver', { roomId });
    platform.failing = 0;
    await until(async () => (await call('rooms.hold', { roomId })).drafts[0]?.later === false);
    await call('rooms.handBack', { roomId });
    await say('and now?');
    expect(platform.texts.slice(before + 2)).toEqual(['did and now?']);
  });

  it('[governed.41] is told what it was owed by the next sweep where the process died that handed the room back', async () => {
    const before = await withheld(false);
    // All that such a process had done.
    await carrier.store.records.remove('room-hold', roomId);
    await carrier.stop();
    await start();
    await until(() => platform.texts.length === before + 2);
    expect(platform.texts.at(-1)).toBe('Reminder: stretch');
    await until(async () => (await carrier.store.records.get('room-draft', roomId)) === null);
  });

  it('[governed.41] hears of each reminder that lay undelivered, in order, however many there are', async () => {
    roomId = await say('hello');
    platform.failing = 1000;
    const texts = Array.from({ length: 23 }, (_, at) => `number ${at}`);
    for (const [at, text] of texts.entries())
      await call('schedules.add', { roomId, text, in: (at + 1) * 60 });
    time += texts.length * minute + 1000;
    await look();
    await until(async () => (await carrier.store.outbox.due(roomId, 200)).length === texts.length);
    await call('rooms.takeOver', { roomId });
    platform.failing = 0;
    await until(async () => (await call('rooms.hold', { roomId })).drafts.length === texts.length);
    const before = platform.texts.length;
    await call('rooms.handBack', { roomId });
    await until(() => platform.texts.length === before + texts.length);
    expect(platform.texts.slice(before)).toEqual(texts.map((text) => `Reminder: ${text}`));
  });

  it('[governed.41] is never told what an operator has dropped', async () => {
    const before = await withheld(false);
    await call('rooms.handBack', { roomId, drop: true });
    expect((await call('rooms.hold', { roomId })).drafts).toEqual([]);
    await say('hello');
    expect(platform.texts.slice(before + 1)).toEqual(['did hello']);
  });

  it('[governed.41] has what operators post as their answer, and nothing that programs post in its name', async () => {
    roomId = await say('hello');
    const post = { agentId: 'assistant', roomId, text: 'The shop opens at nine.' };
    await call('rooms.takeOver', { roomId });
    await expect(call('messages.post', post)).rejects.toMatchObject({ code: 'conflict', field: 'roomId' });
    const twice = { ...post, messageId: 'm-1', orAnswer: true };
    expect(await call('messages.post', twice)).toMatchObject({ duplicate: false });
    expect(await call('messages.post', twice)).toMatchObject({ duplicate: true });
    const { messages } = await call('rooms.messages', { roomId });
    const [last] = messages.slice(-1);
    expect(last).toMatchObject({
      text: post.text,
      role: 'assistant',
      author: { id: expect.stringMatching(/system/) },
    });
    await call('rooms.handBack', { roomId });
    expect(await call('messages.post', twice)).toMatchObject({ duplicate: true });
    // It is the agent's room: what is posted is the agent's.
    await call('messages.post', { ...post, text: 'And closes at six.', orAnswer: true });
    const after = (await call('rooms.messages', { roomId })).messages.at(-1)!;
    expect(after).toMatchObject({ text: 'And closes at six.', author: { id: 'assistant', bot: true } });
  });

  it('[governed.42] is answered by the hub itself where somebody asks it by a command', async () => {
    roomId = await say('hello');
    await call('rooms.takeOver', { roomId });
    const before = platform.texts.length;
    await platform.dm('ann', '/help');
    await until(() => platform.texts.length > before);
    expect(platform.texts[before]).toContain('/');
    expect(model.requests.some((request) => lastSaid(request) === '/help')).toBe(false);
  });
});
