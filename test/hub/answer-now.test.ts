/** What people left unanswered when they gave a room back: answered when somebody says so, once. */
import { afterAll, describe, expect, it } from 'vitest';
import type { InputOf, OperationName } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

describe('a room that is given back with messages nobody answered', async () => {
  const home = new Home();
  afterAll(() => home.dispose());
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [], memory: { facts: { extract: 'off' } } },
    connectors: { telegram: { dm: 'open' } },
  });
  const platform = new Platform();
  const model = scriptedModel(
    (request) => `answer ${model.requests.length} ${lastSaid(request).slice(0, 20)}`,
  );
  const carrier = await home.carrier({ connectors: [platform], model: () => model });
  const call = <Name extends OperationName>(name: Name, input: InputOf<Name>) =>
    carrier.operations!.call(name, input, { kind: 'system' });

  it('[seen.26] answers them once, however often it is asked to, and tells how many they are', async () => {
    const { roomId } = (await platform.dm('ann', 'hello'))!.memory;
    await until(() => platform.texts.length === 1);
    await call('rooms.takeOver', { roomId });
    for (const text of ['one?', 'two?', 'three?']) await platform.dm('ann', text);
    expect(await call('rooms.hold', { roomId })).toMatchObject({ unanswered: 3 });
    expect(await call('rooms.handBack', { roomId })).toEqual({ handedBack: true });
    // It is left to whoever gives it back.
    expect(await call('rooms.hold', { roomId })).toMatchObject({ hold: null, unanswered: 3 });

    const asked = await Promise.all([1, 2].map(() => call('rooms.handBack', { roomId, answer: true })));
    expect(asked).toContainEqual({ handedBack: false, answers: 3 });
    await until(() => platform.texts.length === 2);
    expect(await call('rooms.hold', { roomId })).toMatchObject({ unanswered: 0 });
    expect(await call('rooms.handBack', { roomId, answer: true })).toEqual({ handedBack: false, answers: 0 });
    await platform.dm('ann', 'thanks');
    await until(() => platform.texts.length === 3);
    expect(model.requests).toHaveLength(3);
    const told = JSON.stringify(model.requests[1]);
    for (const text of ['one?', 'two?', 'three?', 'Answer now']) expect(told).toContain(text);
  });

  it('still has it to answer after it has said what it owed, which answers nobody', async () => {
    const before = platform.texts.length;
    const { roomId } = (await platform.dm('cleo', 'hello'))!.memory;
    await until(() => platform.texts.length === before + 1);
    platform.failing = 1000;
    await call('messages.post', { agentId: 'assistant', roomId, text: 'Your parcel is here.' });
    await until(() => platform.failing < 1000);
    await call('rooms.takeOver', { roomId });
    platform.failing = 0;
    await until(async () => (await call('rooms.hold', { roomId })).drafts.length === 1);
    await platform.dm('cleo', 'where is it?');
    expect(await call('rooms.handBack', { roomId, answer: true })).toEqual({ handedBack: true, answers: 1 });
    await until(() => platform.texts.length === before + 3);
    expect(platform.texts[before + 1]).toBe('Your parcel is here.');
  });

  it('has nothing to answer where people did, or where nobody had taken it over', async () => {
    const { roomId } = (await platform.dm('bob', 'hello'))!.memory;
    await until(async () => (await call('rooms.messages', { roomId })).messages.length === 2);
    expect(await call('rooms.handBack', { roomId, answer: true })).toEqual({ handedBack: false, answers: 0 });
    await call('rooms.takeOver', { roomId });
    await platform.dm('bob', 'and now?');
    await call('rooms.answer', { roomId, text: 'Now it is me.' });
    expect(await call('rooms.handBack', { roomId, answer: true })).toEqual({ handedBack: true, answers: 0 });
    expect((await call('rooms.messages', { roomId })).messages).toHaveLength(4);
  });
});
