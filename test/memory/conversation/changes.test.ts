/** What is edited, deleted or forgotten stands in no summary any more: the real hub and store. */
import { afterEach, expect, it } from 'vitest';
import { all } from '../../../src/store/paging.js';
import { onBothStores } from '../../support/both-stores.js';
import { until } from '../../support/until.js';
import { Stage } from './stage.js';

onBothStores('a summary', (engines) => {
  let stage: Stage;
  afterEach(() => stage.dispose());
  const open = async () => {
    stage = await Stage.open({
      ...{ character: { memory: { recentMessages: 6 } }, engines: engines() },
      answers: () => 'All right.',
    });
    await stage.say('The region is eu-west-3', 'first');
    await stage.say('The codeword is "velvet otter"', 'second');
    await stage.filler(4);
    await stage.summarised(6);
  };
  const everything = async () => {
    const { store } = stage.carrier;
    const { items } = await store.memories.rooms({ limit: 10 });
    const found = await Promise.all(
      items.map(async ({ roomId }) => {
        const [any] = (await store.memories.history(roomId, { limit: 1 })).items;
        return all((page) => store.memories.inScope('assistant', any!.scope, page));
      }),
    );
    return found.flat().map(({ kind, content }) => ({ kind, text: content.text }));
  };
  const summaries = async () => (await everything()).filter(({ kind }) => kind === 'summary');

  it('is made anew of what is left when a message is deleted, and one is kept', async () => {
    await open();
    expect(await stage.platform.host.remove(stage.platform.key('ann', 'second'))).toBe(true);
    expect(JSON.stringify(await everything())).not.toContain('velvet otter');
    await stage.summarised(3);
    const { text } = (await stage.summary()).summary!;
    expect(text).toContain('eu-west-3');
    expect(text).not.toContain('velvet');
    await until(async () => (await summaries()).length === 1);
  });

  it('is made anew with the new words when a message is edited', async () => {
    await open();
    expect(await stage.platform.edit('ann', 'first', 'The region is us-east-9')).toBe(true);
    await until(async () => (await stage.summary()).summary?.text.includes('us-east-9') ?? false);
    expect((await stage.summary()).summary!.text).not.toContain('eu-west-3');
    expect(JSON.stringify(await summaries())).not.toContain('eu-west-3');
  });

  it('goes with its room, and does not come back', async () => {
    await open();
    const roomId = await stage.roomId();
    await stage.carrier.operations!.call('rooms.forget', { roomId }, { kind: 'system' });
    await stage.say('Hello again');
    expect(stage.summaryShown).toBe('');
    expect(JSON.stringify(await everything())).not.toMatch(/eu-west-3|velvet/);
  });
});
