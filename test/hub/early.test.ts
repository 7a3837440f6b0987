/** Messages that take a while to complete: taken at once, stored in the order of their rooms, and never lost. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { InboundMessage } from '../../src/core/inbound.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

interface Event {
  id: string;
  channel: string;
  text: string;
}

/** Its messages come with a file each; a file that is in `slow` comes when the test lets it. */
class FilePlatform extends Platform {
  readonly slow = new Map<string, () => void>();
  readonly taken: string[] = [];
  readonly failed: unknown[] = [];
  fetched = 0;

  /** Resolves when the platform would be told "got it". */
  send(event: Event): Promise<void> {
    const { id, channel, text } = event;
    const message: InboundMessage = {
      ...{ agentId: 'assistant', source: this.source(channel, id), direct: false, home: true },
      ...{ author: { id: 'alice' }, text, files: [{ name: 'a.txt' }] },
    };
    return new Promise((resolve, reject) => {
      const taken = () => {
        this.taken.push(id);
        resolve();
      };
      const complete = async () => {
        this.fetched += 1;
        if (this.slow.has(id)) await new Promise<void>((done) => this.slow.set(id, done));
        const file = await this.host.putFile(Buffer.from('hello'), { name: 'a.txt' }, message);
        return { ...message, files: [], attachments: [file] };
      };
      this.host.receive(message, { complete, early: { event, taken } }).then(
        () => resolve(),
        (error) => {
          this.failed.push(error);
          reject(error);
        },
      );
    });
  }

  again(event: unknown): Promise<void> {
    return this.send(event as Event);
  }
}

describe('a message whose file takes a while', () => {
  let home: Home;
  let platform: FilePlatform;
  let carrier: Carrier;
  const start = async (more: object = {}) => {
    const telegram = { groups: 'always', ...more };
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
    const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
    carrier = await home.carrier({ connectors: [platform], model }, { CARRIER_SWEEP_MS: '200' });
  };
  const notes = () => carrier.store.notes.list('incoming:', 10);
  const shown = () => platform.texts.map((text) => /n\d/.exec(text)?.[0]);

  beforeEach(() => {
    home = new Home();
    platform = new FilePlatform();
  });
  afterEach(() => home.dispose());

  it('[slack.7] [telegram.5] is taken before its file is there, and others are answered meanwhile', async () => {
    await start();
    platform.slow.set('1', () => {});
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    await Promise.all([2, 3, 4].map((n) => platform.send({ id: `${n}`, channel: `b${n}`, text: `n${n}` })));
    await until(() => platform.shown.length === 3);
    expect(await notes()).toHaveLength(1);
    platform.slow.get('1')!();
    await until(() => shown().includes('n1'));
    expect(platform.taken).toEqual(['1']);
    await until(async () => (await notes()).length === 0);
  });

  it('is not passed by what is said after it in its room, which is taken too', async () => {
    await start();
    platform.slow.set('1', () => {});
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    await platform.send({ id: '2', channel: 'a', text: 'n2' });
    expect(platform.taken).toEqual(['1', '2']);
    platform.slow.get('1')!();
    await until(() => /n2/.test(platform.texts.join()));
    const memories = await carrier.store.memories.history(platform.shown[0]!.outbound.memory.roomId, {
      limit: 10,
    });
    const said = memories.items.filter(({ role }) => role === 'user');
    expect(said.map(({ content }) => content.text)).toEqual(['n1', 'n2']);
  });

  it('is answered once when its process died, with its file, and its rate is not counted again', async () => {
    const rate = { rate: { perUser: 2, perRoom: 0, windowSeconds: 600 } };
    await start(rate);
    platform.slow.set('1', () => {});
    platform.slow.set('2', () => {});
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    await platform.send({ id: '2', channel: 'a', text: 'n2' });
    await carrier.stop();
    platform.slow.clear();
    await start(rate);
    await until(() => /n2/.test(platform.texts.join()));
    const { items } = await carrier.store.memories.history(platform.shown[0]!.outbound.memory.roomId, {
      limit: 10,
    });
    const said = items.filter(({ role }) => role === 'user');
    expect(said.map(({ content }) => [content.text, content.attachments.length])).toEqual([
      ['n1', 1],
      ['n2', 1],
    ]);
    await until(async () => (await notes()).length === 0);
  });

  it('is taken once, however often it comes meanwhile', async () => {
    await start();
    platform.slow.set('1', () => {});
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    expect(platform.fetched).toBe(1);
    platform.slow.get('1')!();
    await until(() => shown().length === 1);
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    expect(platform.fetched).toBe(1);
    expect(shown()).toEqual(['n1']);
  });

  it('is changed and deleted when it is stored, not before', async () => {
    await start();
    platform.slow.set('1', () => {});
    await platform.send({ id: '1', channel: 'a', text: 'n1' });
    const removed = platform.host.remove(platform.key('a', '1'));
    platform.slow.get('1')!();
    expect(await removed).toBe(true);
  });
});
