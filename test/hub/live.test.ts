/** [slack.1] Live replies on the real hub, followed at any time. */
import { afterEach, describe, expect, it } from 'vitest';
import { LiveReplies, type LiveSurface } from '../../src/replies.js';
import { TestHub } from '../../src/testing/hub.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const times = { everyMs: 20, typingEveryMs: 1000, maxChars: 1000 };

class Screen implements LiveSurface {
  readonly messages: string[] = [];
  async open(text: string) {
    return `p${this.messages.push(text)}`;
  }
  async update(id: string, text: string) {
    this.messages[Number(id.slice(1)) - 1] = text;
  }
}

describe('[slack.1] a reply is shown while it is written', () => {
  let hub: TestHub;
  const closing: LiveReplies[] = [];
  afterEach(async () => {
    for (const live of closing.splice(0)) live.stop();
    await hub.close();
  });
  const open = async () => {
    const platform = new Platform('desk', 'eliza');
    hub = await TestHub.open(() => platform, { gate: { dm: 'open', places: 'open' } });
    return platform;
  };
  const replies = () => {
    const live = new LiveReplies({ host: hub.seen.host, ...times });
    closing.push(live);
    return live;
  };

  it.each([
    ['a channel', (desk: Platform) => desk.say('ann', 'tell me')],
    ['a new thread', (desk: Platform) => desk.say('ann', 'tell me', { thread: 't1', threaded: true })],
    ['a first direct conversation', (desk: Platform) => desk.dm('ann', 'tell me')],
  ])('in %s, followed seconds after the turn began', async (_, ask) => {
    const platform = await open();
    const { memory } = (await ask(platform))!;
    const draft = (await hub.model.asked()).say('Once upon a time ');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const live = replies();
    const screen = new Screen();
    live.follow(memory, screen);
    await until(() => screen.messages[0]?.startsWith('Once upon a time') === true);
    draft.say('there was ');
    await until(() => screen.messages[0]?.includes('there was') === true);
    draft.end('a pager.');
    expect(await platform.last(1)).toBe('Once upon a time there was a pager.');
    expect(await live.finish(platform.shown[0]!.outbound.turnId)).toBe('p1');
    expect(screen.messages).toHaveLength(1);
  });

  it('and is completed after a restart in the middle of it', async () => {
    const platform = await open();
    const { memory } = (await platform.dm('ann', 'tell me', { id: '1' }))!;
    const screen = new Screen();
    const before = replies();
    before.follow(memory, screen);
    (await hub.model.asked()).say('Once upon a time ');
    await until(() => screen.messages.length === 1);
    before.stop();
    await hub.stop(0);
    await hub.start();
    const after = replies();
    const again = (await platform.dm('ann', 'tell me', { id: '1' }))!;
    expect(again).toMatchObject({ duplicate: true, memory: { id: memory.id } });
    after.follow(again.memory, screen);
    (await hub.model.asked()).end('Once more.');
    expect(await platform.last(1)).toBe('Once more.');
    expect(await after.finish(platform.shown[0]!.outbound.turnId)).toBe('p1');
    expect(screen.messages).toHaveLength(1);
  });
});
