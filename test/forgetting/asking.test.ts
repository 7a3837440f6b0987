/** Forgetting as people ask for it, in chats, over HTTP and on the command line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Platform } from '../hub/platform.js';
import { api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

onBothStores('/forget', (engines) => {
  let home: Home;
  let platform: Platform;
  let carrier: Carrier;
  let release: () => void;
  const model = scriptedModel(async (request) => {
    const said = lastSaid(request);
    if (said.includes('slow')) {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return 'As you said, your pin is 4711-X.';
    }
    return `echo ${said}`;
  });
  beforeEach(async () => {
    home = new Home();
    platform = new Platform();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', groups: 'always' } },
    });
    carrier = await home.carrier({ connectors: [platform], model: () => model }, engines());
  });
  afterEach(() => home.dispose());

  const says = async (text: string, more = {}) => {
    const before = platform.shown.length;
    await platform.dm('ann', text, more);
    return platform.last(before + 1);
  };
  const stored = async (roomId: string) =>
    (await platform.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);
  const codeIn = (text: string) => /\/forget yes (\w+)/.exec(text)![1]!;

  it('[knowledge.44] says 0 and why where nothing matches, or ids are of the wrong kind', async () => {
    const { memory } = (await platform.dm('ann', 'I like tea'))!;
    await platform.last(1);
    expect(await says('/forget my submarine')).toBe(
      '0 forgotten: Nothing that they said here matches these words.',
    );
    expect(await says('/forget day 2001-01-01')).toMatch(/^0 forgotten: They said nothing here then/);
    expect(await says('/forget day someday')).toMatch(/^day: write a day such as yesterday/);
    const { turnId } = (await carrier.store.memories.get(memory.id))!;
    const whom = { connector: 'telegram', tenant: 'default', userId: 'ann', agentId: 'assistant' };
    const preview = (ids: string[]) =>
      carrier.operations!.call('memories.preview', { ...whom, ids }, { kind: 'system' });
    for (const [ids, why] of [
      [[turnId!], /names a turn/],
      [['nonsense'], /names no memory/],
      [[memory.roomId], /names no memory/],
    ] as const)
      expect(await preview([...ids])).toMatchObject({ code: null, why: expect.stringMatching(why) });
    await platform.dm('bob', 'mine');
    await platform.last(platform.shown.length + 1).catch(() => {});
    const [bobs] = (await carrier.store.memories.rooms({ limit: 5 })).items;
    const [theirs] = (await platform.host.history(bobs!.roomId, { limit: 5 })).items;
    expect((await preview([theirs!.id])).why).toMatch(/not theirs/);
    expect(await stored(memory.roomId)).toEqual(['I like tea', 'echo I like tea']);
  });

  it('takes a day, and what is confirmed is what was shown', async () => {
    const { memory } = (await platform.dm('ann', 'my pin is 4711-X'))!;
    await platform.last(1);
    const shown = await says('/forget day today');
    expect(shown).toMatch(/1 message, 1 reply\.\n- message: my pin is 4711-X\n/);
    await says('and it rains');
    const anew = await says(`/forget yes ${codeIn(shown)}`);
    expect(anew).toMatch(/^More was said since, .*2 messages, 2 replies\./);
    expect(await stored(memory.roomId)).toHaveLength(4);
    expect(await says('/forget yes')).toBe('Forgotten: 2 messages, 2 replies.');
    expect(await stored(memory.roomId)).toEqual([]);
  });

  it('takes a message of theirs in a reply, and nobody else’s', async () => {
    await platform.say('ann', 'my pin is 4711-X', { id: '1' });
    await platform.last(1);
    const { memory } = (await platform.say('bob', 'hello there', { id: '2' }))!;
    await platform.last(2);
    await platform.say('bob', '/forget this', { id: '3', replyTo: 'group/1' });
    expect(await platform.last(3)).toMatch(/^0 forgotten: .*not theirs/);
    await platform.say('ann', '/forget this', { id: '4' });
    expect(await platform.last(4)).toMatch(/^Reply to the message/);
    await platform.say('ann', '/forget this', { id: '5', replyTo: 'group/1' });
    const code = codeIn(await platform.last(5));
    await platform.say('bob', `/forget yes ${code}`, { id: '6' });
    expect(await platform.last(6)).toMatch(/no such preview|not for you|operators/);
    await platform.say('ann', `/forget yes ${code}`, { id: '7' });
    expect(await platform.last(7)).toBe('Forgotten: 1 message, 1 reply.');
    expect(await stored(memory.roomId)).toEqual(['hello there', 'echo bob: hello there']);
  });

  it('[knowledge.45] takes what a turn says that had begun before, when it ends', async () => {
    const { memory } = (await platform.dm('ann', 'my pin is 4711-X'))!;
    await platform.last(1);
    await platform.dm('ann', 'slow question', { id: 'slow' });
    await until(() => model.requests.some((request) => lastSaid(request).includes('slow')));
    const shown = (await platform.command('ann', 'forget', 'my pin'))!;
    expect(await platform.command('ann', 'forget', `yes ${codeIn(shown)}`)).toBe(
      'Forgotten: 1 message, 1 reply.',
    );
    release();
    await platform.last(2);
    await until(async () => (await stored(memory.roomId)).join() === 'slow question');
    await says('hello');
    expect(JSON.stringify(model.requests.at(-1))).not.toContain('4711');
  });

  it('[security.11] follows a deletion on the platform, and an edit', async () => {
    const { memory } = (await platform.dm('ann', 'my pin is 4711-X', { id: '1' }))!;
    await platform.last(1);
    await platform.dm('ann', 'thanks', { id: '2' });
    await platform.last(2);
    expect(await platform.host.remove(platform.key('ann', '1'))).toBe(true);
    expect(await stored(memory.roomId)).toEqual(['thanks', 'echo thanks']);
  });
});

describe('forgetting in plain words', () => {
  it('[memory.2] leaves 4711 nowhere, the wish itself included, and tells how many went', async () => {
    const home = new Home();
    const hub = await home.hub();
    try {
      const client = api(hub.url, hub.token.secret);
      const says = async (text: string) => {
        const { reply } = await client.send('assistant', { userId: 'ann', roomId: 'r', text });
        return reply!.text;
      };
      await says('remember that my pin is 4711');
      await says('what is my pin?');
      await says('I like tea');
      expect(await says('forget my pin 4711')).toMatch(/Shall I forget/);
      expect(await says('yes, forget my pin 4711')).toMatch(/^That is forgotten.*: \d+ things in all/);
      const stored = async () => (await client.messages('assistant', 'r')).map(({ text }) => text).join('\n');
      await until(async () => !(await stored()).includes('4711'));
      expect(await stored()).toContain('I like tea');
      expect(await says('what is my pin?')).not.toContain('4711');
    } finally {
      await home.dispose();
    }
  });

  it('over HTTP: a preview, and its code', async () => {
    const home = new Home();
    const hub = await home.hub();
    try {
      const client = api(hub.url, hub.token.secret);
      await client.send('assistant', { userId: 'ann', roomId: 'r', text: 'my pin is 4711' });
      const post = async (path: string, body: object) => {
        const response = await fetch(`${hub.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${hub.token.secret}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return { status: response.status, json: (await response.json()) as { code: string } };
      };
      const whom = { connector: 'http', userId: 'ann', agentId: 'assistant' };
      expect(await post('/memories/preview', whom)).toMatchObject({ status: 422 });
      expect(await post('/memories/preview', { ...whom, topic: 'x', everything: true })).toMatchObject({
        status: 422,
      });
      const { json } = await post('/memories/preview', { ...whom, topic: 'pin' });
      expect(json).toMatchObject({ counts: { messages: 1, replies: 1 }, why: null });
      expect(await post('/memories/forget', { code: 'nonsense' })).toMatchObject({ status: 404 });
      const done = await post('/memories/forget', { code: json.code });
      expect(done.json).toMatchObject({ forgotten: { messages: 1, replies: 1 }, preview: null });
      // Told again, it is the same.
      expect((await post('/memories/forget', { code: json.code })).json).toEqual(done.json);
      const { rows } = (await (
        await fetch(`${hub.url}/audit?operation=memories.preview`, {
          headers: { authorization: `Bearer ${hub.token.secret}` },
        })
      ).json()) as { rows: { target: object; outcome: string }[] };
      expect(rows.find(({ outcome }) => outcome === 'done')!.target).toMatchObject({
        what: 'topic',
        userId: 'ann',
      });
      expect(JSON.stringify(rows)).not.toContain('pin');
    } finally {
      await home.dispose();
    }
  });
});
