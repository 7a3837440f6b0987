/** [discord.11] A webhook says a person's words again, and their message is taken away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
let model: ReturnType<typeof scriptedModel>;
let release: () => void;
beforeEach(async () => {
  home = new Home();
  platform = new Platform();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  model = scriptedModel(async (request) => {
    if (lastSaid(request).includes('slow')) await held;
    return `echo ${lastSaid(request)}`;
  });
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  carrier = await home.carrier({ connectors: [platform], model: () => model });
});
afterEach(() => home.dispose());

const original = (text: string) => platform.say('ann', text, { id: '1' });
const copy = (text: string, id = '2', more: object = {}) =>
  platform.say('hook', text, {
    ...{ id, author: { id: 'hook', name: 'Alter', bot: true }, proxy: true, addressed: false, ...more },
  });
const remove = (id = '1') => platform.host.remove(platform.key('group', id));
const stored = async (roomId: string) =>
  (await platform.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);
const settled = async (answers: string[]) => {
  await platform.say('bob', 'last', { id: 'last' });
  await until(() => platform.texts.at(-1)!.endsWith('last'));
  expect(platform.texts.slice(0, -1)).toEqual(answers);
};

describe('[discord.11] a proxied message', () => {
  it.each([
    ['the copy comes first', ['copy', 'remove']],
    ['the original goes first', ['remove', 'copy']],
  ])('is answered once, and its words stay, where %s', async (_, order) => {
    const { memory } = (await original('A: slow question'))!;
    await until(() => model.requests.length === 1);
    for (const step of order) await (step === 'copy' ? copy('slow question') : remove());
    release();
    await platform.last(1);
    await settled(['echo A: slow question']);
    expect(await stored(memory.roomId)).toContain('A: slow question');
    expect(await carrier.store.memories.get(memory.id)).toMatchObject({ status: 'handled' });
    expect(model.requests).toHaveLength(2);
  });

  it('is answered once where it waits still', async () => {
    await platform.say('bob', 'slow', { id: '0' });
    await until(() => model.requests.length === 1);
    const { memory } = (await original('A: question'))!;
    await remove();
    expect(await copy('question')).toMatchObject({ memory: { id: memory.id, status: 'pending' } });
    expect(await copy('question')).toMatchObject({ duplicate: true });
    release();
    expect(await platform.last(2)).toMatch(/A: question$/);
    expect(platform.shown[1]!.outbound.to.messageId).toBe('group/2');
    await settled([platform.texts[0]!, platform.texts[1]!]);
  });

  it('is not answered again where it was answered before its original went', async () => {
    const { memory } = (await original('question'))!;
    await platform.last(1);
    await remove();
    await copy('question');
    await settled(['echo question']);
    expect(await stored(memory.roomId)).toContain('question');
  });

  it('is forgotten when its copy is deleted', async () => {
    const { memory } = (await original('A: question'))!;
    await platform.last(1);
    await copy('question');
    await remove();
    expect(await stored(memory.roomId)).toHaveLength(2);
    expect(await remove('2')).toBe(true);
    expect(await stored(memory.roomId)).toEqual([]);
  });

  it('is a person’s alone: what repeats nobody, or is no proxy’s, is not taken', async () => {
    const { memory } = (await original('A: question'))!;
    await platform.last(1);
    expect(await copy('something else')).toBeNull();
    expect(await copy('question', '3', { proxy: false })).toBeNull();
    expect(await copy('question', '4', { thread: 'elsewhere' })).toBeNull();
    await remove();
    expect(await stored(memory.roomId)).toEqual([]);
    await settled(['echo A: question']);
  });
});
