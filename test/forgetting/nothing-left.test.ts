/** After something was forgotten, its words are in nothing that the hub has written. */
import { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../../src/carrier.js';
import { createLogger } from '../../src/logger.js';
import { Platform } from '../hub/platform.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { found, scanDatabase, scanFolder } from '../support/word-scan.js';

const word = 'Zephyrine';
const pin = `${word}-4711`;
const whom = { connector: 'telegram', tenant: 'default', userId: 'ann', agentId: 'assistant' };

onBothStores('what was forgotten', (engines) => {
  let home: Home;
  let platform: Platform;
  let carrier: Carrier;
  let settings: Record<string, string>;
  let log: string;
  const model = scriptedModel((request) => {
    const said = lastSaid(request);
    const fact = /^remember that (.*)/.exec(said)?.[1];
    const isAnswered = request.messages.at(-1)?.role === 'tool';
    if (fact && !isAnswered) return { calls: [{ name: 'remember', arguments: JSON.stringify({ fact }) }] };
    if (/what is my/.test(said)) return `Your pin is ${pin}.`;
    return `I heard: ${said.slice(0, 200)}`;
  });

  beforeEach(async () => {
    home = new Home();
    platform = new Platform();
    log = '';
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['remember', 'reminders'] },
      connectors: { telegram: { dm: 'open', groups: 'always' } },
    });
    settings = engines();
    const to = new Writable({
      write(bytes, _, done) {
        log += bytes;
        done();
      },
    });
    carrier = await startCarrier(home.config(settings), createLogger('debug', to), {
      connectors: [platform],
      model: () => model,
    });
  });
  afterEach(async () => {
    await carrier.stop();
    await home.dispose();
  });

  /** Everywhere, in every form. */
  async function traces(): Promise<string[]> {
    const { MONGODB_URL: url, CARRIER_MONGODB_DATABASE: database = '', REDIS_URL: redis } = settings;
    return [
      ...scanFolder(home.config(settings).dataDir, [word]),
      ...found(Buffer.from(log), word).map((form) => `log as ${form}`),
      ...(url ? await scanDatabase(url, database, [word]) : []),
      ...(redis ? await keysWith(redis) : []),
    ];
  }
  async function keysWith(url: string): Promise<string[]> {
    const redis = new Redis(url);
    const hits: string[] = [];
    for (const key of await redis.keys('*')) {
      const bytes = (await redis.dumpBuffer(key)) ?? Buffer.alloc(0);
      hits.push(...found(Buffer.concat([Buffer.from(key), bytes]), word).map((form) => `${key} as ${form}`));
    }
    await redis.quit();
    return hits;
  }
  const says = async (text: string, more = {}) => {
    const before = platform.shown.length;
    await platform.dm('ann', text, more);
    return platform.last(before + 1);
  };
  const saysInGroup = async (author: string, text: string, more = {}) => {
    const before = platform.shown.length;
    await platform.say(author, text, more);
    return platform.last(before + 1);
  };
  const codeIn = (text: string) => /\/forget yes (\w+)/.exec(text)![1]!;
  /** Until nothing is found, also once the hub has stopped; what comes next in a prompt holds nothing either. */
  async function nothingIsLeft(): Promise<void> {
    await says('hello again');
    expect(JSON.stringify(model.requests.at(-1))).not.toContain(word);
    let left: string[] = [];
    await until(async () => {
      left = await traces();
      return left.length === 0;
    }, 20_000).catch(() => expect(left).toEqual([]));
    await carrier.stop();
    expect(await traces()).toEqual([]);
  }
  const saysAll = async () => {
    await says(`remember that my pin is ${pin}`);
    const bytes = Buffer.from(`The plan of ${pin}`);
    const message = {
      ...{
        agentId: 'assistant',
        source: platform.source('ann', 'file'),
        direct: true,
        author: { id: 'ann' },
      },
      text: `my pin ${pin} is in this plan`,
    };
    const shown = platform.shown.length;
    await platform.host.receive(
      { ...message, files: [{ name: `${word}.txt` }] },
      {
        complete: async () => ({
          ...message,
          attachments: [await platform.host.putFile(bytes, { name: `${word}.txt` }, message)],
        }),
      },
    );
    await platform.last(shown + 1);
    expect(await says('what is my pin?')).toContain(pin);
    await says('I like tea');
    expect((await traces()).length).toBeGreaterThan(0);
  };

  it('a topic: messages, facts, files, replies, steps of turns and the question itself', {
    timeout: 60_000,
  }, async () => {
    await saysAll();
    const shown = await says('/forget my pin');
    expect(shown).toMatch(/^This makes me forget for good: 3 messages, 3 replies, 1 fact, 1 file\./);
    expect(await says(`/forget yes ${codeIn(shown)}`)).toBe(
      'Forgotten: 3 messages, 3 replies, 1 fact, 1 file.',
    );
    await nothingIsLeft();
  });

  it('a fact, by its id', { timeout: 60_000 }, async () => {
    await saysAll();
    const { scope } = (await carrier.store.memories.find({ ...platform.key('ann', 'file') }))!;
    const facts = await carrier.store.memories.facts('assistant', [scope], 5);
    const fact = facts.find(({ content }) => content.text.includes(pin));
    const asked = { ...whom, ids: [fact!.id] };
    const { code, counts } = await carrier.operations!.call('memories.preview', asked, { kind: 'system' });
    expect(counts).toMatchObject({ facts: 1 });
    await carrier.operations!.call('memories.forget', { code: code! }, { kind: 'system' });
    await nothingIsLeft();
  });

  it('everything', { timeout: 60_000 }, async () => {
    await saysAll();
    const shown = await says('/forget everything');
    await says(`/forget yes ${codeIn(shown)}`);
    await nothingIsLeft();
  });

  it('in a group, where what others say keeps its rest', { timeout: 60_000 }, async () => {
    await saysInGroup('ann', `my pin is ${pin}`, { id: '1' });
    await saysInGroup('bob', `she said: my pin is ${pin}. How nice!`, { id: '2' });
    await saysInGroup('bob', 'what about that?', { id: '3', replyTo: 'group/1' });
    await saysInGroup('bob', 'I like tea', { id: '4' });
    expect((await traces()).length).toBeGreaterThan(0);
    const shown = await saysInGroup('ann', '/forget this', { id: '5', replyTo: 'group/1' });
    expect(shown).toMatch(/1 message, 1 reply, [234] quotes of it by others/);
    await saysInGroup('ann', `/forget yes ${codeIn(shown)}`, { id: '6' });
    const { items } = await carrier.store.memories.rooms({ limit: 5 });
    const { items: left } = await platform.host.history(items[0]!.roomId, { limit: 50 });
    const texts = left.map(({ content }) => content.text);
    expect(texts).toContain('she said: [forgotten]. How nice!');
    expect(texts).toContain('I like tea');
    await nothingIsLeft();
  });
});
