/** What several people say at once is each one's own: actions run as the person whose message asked for them. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import remember from '../../plugins/remember.js';
import type { Carrier } from '../../src/carrier.js';
import { newId } from '../../src/core/ids.js';
import { type Memory, roomIdOf, scopeOf } from '../../src/core/memory.js';
import { type ActionRecord, turnIdOf } from '../../src/core/turn.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { scriptedModel, textsOf } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

onBothStores('a burst', (engines) => {
  let home: Home;
  let platform: Platform;
  let carrier: Carrier;
  let settings: Record<string, string>;
  let release: () => void;
  let held: Promise<void>;
  /** Remembers what the newest message asks for, and says what it was asked. */
  const model = scriptedModel(async (request) => {
    const said = textsOf(request).findLast((_, i) => request.messages[i]!.role === 'user') ?? '';
    if (said.includes('hold on')) await held;
    const { role, text } = request.messages.at(-1)!;
    if (role === 'tool') return text;
    const fact = /remember (.*)/.exec(said)?.[1];
    return fact ? { calls: [{ name: 'remember', arguments: JSON.stringify({ fact }) }] } : `heard ${said}`;
  });
  const start = async () => {
    carrier = await home.carrier(
      { connectors: [platform], model: () => model, plugins: [remember] },
      { ...settings, CARRIER_SWEEP_MS: '300' },
    );
  };
  beforeEach(() => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['remember'] },
      connectors: { telegram: { dm: 'open', groups: 'always' } },
    });
    platform = new Platform();
    settings = engines();
    held = new Promise((resolve) => {
      release = resolve;
    });
    model.requests.length = 0;
  });
  afterEach(async () => {
    release();
    await home.dispose();
  });

  /** What is said while an earlier turn runs waits together. */
  const together = async (...said: [author: string, text: string, id?: string][]) => {
    await platform.say('zoe', 'hold on');
    await until(() => model.requests.length > 0);
    const receipts = [];
    for (const [author, text, id] of said) receipts.push(await platform.say(author, text, { id }));
    release();
    return receipts.map((receipt) => receipt!.memory);
  };
  const facts = async ({ scope }: Memory) =>
    (await carrier.store.memories.facts('assistant', [scope], 9)).map(({ content, author }) => [
      content.text,
      author.id,
    ]);

  it("[security.4] keeps alice's fact as hers, and bob's forgetting leaves it", async () => {
    await start();
    const [asked] = await together(['alice', 'remember my PIN is 1234'], ['bob', 'lol']);
    await platform.last(3);
    expect(await facts(asked!)).toEqual([['my PIN is 1234', 'alice']]);
    const forget = (userId: string) =>
      carrier.operations!.call(
        'people.forget',
        { connector: 'telegram', userId, agentId: 'assistant', scope: asked!.scope },
        { kind: 'system' },
      );
    await forget('bob');
    expect(await facts(asked!)).toEqual([['my PIN is 1234', 'alice']]);
    await forget('alice');
    expect(await facts(asked!)).toEqual([]);
  });

  it('[security.4] gives each of three people an answer of their own, in order', async () => {
    await start();
    const said = await together(
      ...([
        ['alice', 'hello'],
        ['alice', 'remember tea'],
        ['bob', 'remember coffee'],
        ['carol', 'remember milk'],
        ['alice', 'remember water'],
      ] as [string, string][]),
    );
    await platform.last(5);
    expect(await facts(said[0]!)).toEqual([
      ['water', 'alice'],
      ['milk', 'carol'],
      ['coffee', 'bob'],
      ['tea', 'alice'],
    ]);
    const answers = platform.shown.slice(1).map(({ outbound }) => outbound.answers.length);
    expect(answers).toEqual([2, 1, 1, 1]);
    expect(platform.shown.slice(1).map(({ outbound }) => outbound.to.messageId)).toEqual(
      [said[1], said[2], said[3], said[4]].map((memory) => memory!.source.messageId),
    );
  });

  it('[security.4] makes no difference to what is delivered again', async () => {
    await start();
    const first = await together(
      ['alice', 'remember tea', '1'],
      ['bob', 'lol', '2'],
      ['alice', 'remember tea', '1'],
    );
    expect(first[2]!.id).toBe(first[0]!.id);
    await platform.last(3);
    await platform.say('alice', 'remember tea', { id: '1' });
    await platform.say('bob', 'lol', { id: '2' });
    await platform.say('bob', 'goodbye');
    await platform.last(4);
    expect(platform.texts).toHaveLength(4);
    expect(await facts(first[0]!)).toEqual([['tea', 'alice']]);
  });

  it('[security.4] goes on from what an older hub has begun for several people, as the first of them', async () => {
    const store = await openStore(join(home.folder, 'data'), settings);
    const [first, second] = ['alice', 'bob'].map((author) => said(author));
    for (const memory of [first!, second!]) await store.memories.append(memory);
    const call = { callId: 'c', name: 'remember', arguments: '{"fact":"my PIN is 1234"}' };
    // It knew no states.
    const action = {
      ...call,
      result: null,
      ok: false,
      startedAt: 0,
      durationMs: 0,
    } as unknown as ActionRecord;
    await store.turns.checkpoint({
      ...{ turnId: turnIdOf(first!), roomId: first!.roomId, agentId: 'assistant' },
      covers: [first!.id, second!.id],
      steps: [{ text: '', actions: [action], usage: { inputTokens: 1, outputTokens: 1 } }],
    });
    await store.close();
    await start();
    await platform.last(1);
    expect(platform.shown[0]!.outbound.answers).toHaveLength(2);
    expect(await facts(first!)).toEqual([['my PIN is 1234', 'alice']]);
  });

  /** A message in the group that waits for its turn. */
  function said(author: string): Memory {
    const source = platform.source('group');
    const message = { agentId: 'assistant', source, direct: false, author: { id: author } };
    return {
      ...{
        id: newId(),
        agentId: 'assistant',
        roomId: roomIdOf('assistant', source),
        scope: scopeOf(message),
      },
      ...{ kind: 'message', role: 'user', author: { id: author }, source, status: 'pending', turnId: null },
      content: { text: 'hello', attachments: [], replyTo: null },
      createdAt: Date.now(),
    };
  }
});
