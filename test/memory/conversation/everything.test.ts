/** "Summarise everything", over many messages; and who makes summaries where there are several hubs: the real hub. */
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/core/ids.js';
import { roomIdOf, scopeOf } from '../../../src/core/memory.js';
import { all } from '../../../src/store/paging.js';
import type { Store } from '../../../src/store/store.js';
import { api } from '../../support/api.js';
import { onBothStores, openStore } from '../../support/both-stores.js';
import { Home } from '../../support/hub.js';
import { isOfSummary, Stage } from './stage.js';

/** A long talk of ann's, as it was before there were summaries. */
async function longTalk(store: Store, count: number): Promise<void> {
  const source = { connector: 'telegram', tenant: 'default', channel: 'ann' };
  const roomId = roomIdOf('assistant', source);
  for (let at = 0; at < count; at++) {
    const author = at % 2 === 0 ? { id: 'ann', name: 'ann' } : { id: 'assistant', bot: true };
    const scope = scopeOf({ agentId: 'assistant', author: { id: 'ann' }, source, direct: true });
    const id = newId();
    const text =
      at === 0
        ? 'The region is eu-west-3'
        : at === count - 2
          ? 'My name is Oona Lindqvist'
          : `so it goes on, ${at}`;
    await store.memories.append({
      ...{
        id,
        agentId: 'assistant',
        roomId,
        scope,
        kind: 'message',
        role: at % 2 === 0 ? 'user' : 'assistant',
        author,
      },
      content: { text: `${text} ${'and on and on '.repeat(12)}`, attachments: [], replyTo: null },
      source: { ...source, messageId: `ann/${id}` },
      ...{ status: 'kept', turnId: null, createdAt: Date.now() },
    });
  }
}

describe('[memory.5] everything that was said', () => {
  let stage: Stage;
  afterEach(() => stage?.dispose());
  const spoken = async (count: number) => {
    const store = await openStore(stage.home.settings().CARRIER_DATA_DIR!, {});
    await longTalk(store, count);
    await store.close();
  };

  it('in 1,000 messages is summarised with a bounded number of calls', async () => {
    stage = new Stage({
      character: { plugins: ['remember'], conversation: { summary: false } },
      summarises: () => 'In short:\n- It went on and on.',
      answers: (request) => {
        const last = request.messages.at(-1)!;
        return last.role === 'tool'
          ? last.text
          : { calls: [{ name: 'summarise_conversation', arguments: '{}' }] };
      },
    });
    await spoken(1000);
    await stage.start();
    const answer = await stage.say('Summarise everything we have talked about');
    expect(answer).toContain('eu-west-3');
    expect(answer).toContain('Oona Lindqvist');
    expect(answer).toContain('It went on and on.');
    const calls = stage.model.requests.filter(isOfSummary).length;
    expect(calls).toBeGreaterThan(1);
    expect(calls).toBeLessThanOrEqual(8);
  });

  it('in a room of before is summarised with its first turn, and starts from there when somebody asks', async () => {
    stage = new Stage({
      character: { plugins: ['remember'] },
      summarises: () => 'In short:\n- It went on and on.',
      answers: (request) => {
        const last = request.messages.at(-1)!;
        if (last.role === 'tool') return last.text;
        const wants = last.text.includes('everything');
        return wants ? { calls: [{ name: 'summarise_conversation', arguments: '{}' }] } : 'All right.';
      },
    });
    await spoken(150);
    await stage.start();
    await stage.say('Hello again');
    await stage.summarised(100);
    const calls = stage.model.requests.filter(isOfSummary).length;
    expect(await stage.say('Summarise everything')).toContain('eu-west-3');
    expect(stage.model.requests.filter(isOfSummary).length - calls).toBeLessThanOrEqual(1);
  });
});

describe('a hub without a language model', () => {
  let home: Home;
  afterEach(() => home.dispose());

  it.each([
    'Summarise everything we have talked about',
    'summarize our conversation',
    'Please sum up everything so far',
    'Give me a summary of everything we discussed',
  ])('[memory.5] summarises it by rules: %s', async (text) => {
    home = new Home();
    const { url, token } = await home.hub();
    const { send } = api(url, token.secret);
    const said = (text: string) => send('assistant', { roomId: 'desk', userId: 'ann', text });
    await said('The region is eu-west-3');
    await said('I will send the report on Friday');
    const { reply } = await said(text);
    expect(reply!.text).toContain('eu-west-3');
    expect(reply!.text).toContain('send the report');
  });
});

onBothStores('a summary', (engines) => {
  let stage: Stage;
  afterEach(() => stage.dispose());

  it('is made by one of several hubs, holds no secret, and carries where its words come from', async () => {
    const shared = engines();
    stage = await Stage.open({ character: { memory: { recentMessages: 6 } }, engines: shared });
    // A gateway without the platform could deliver nothing.
    const worker = { ...shared, CARRIER_ROLE: 'worker' };
    const two = shared.REDIS_URL
      ? await stage.home.carrier({ connectors: [], model: () => stage.model }, worker)
      : null;
    await stage.say('my password is hunter2x and the region is eu-west-3');
    await stage.filler(8);
    await stage.summarised(8);
    const { text } = (await stage.summary()).summary!;
    expect(text).toContain('eu-west-3');
    expect(text).not.toContain('hunter2x');
    const { store } = stage.carrier;
    const { items } = await store.memories.history(await stage.roomId(), { limit: 1 });
    const memories = await all((page) => store.memories.inScope('assistant', items[0]!.scope, page));
    const summaries = memories.filter(({ kind }) => kind === 'summary');
    expect(summaries).toHaveLength(1);
    // Ann has no role here.
    expect(summaries[0]!.taint).toEqual([{ kind: 'person', what: 'ann on telegram' }]);
    await two?.stop();
  });
});
