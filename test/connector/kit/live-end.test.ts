/** How live replies end: typing goes out, and what is half shown is completed, replaced or taken away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Memory, RetryableError } from '../../../src/extension-api.js';
import { LiveReplies, type LiveSurface } from '../../../src/replies.js';
import { FakeHost } from '../../../src/testing/host.js';
import { until } from '../../support/until.js';

class Screen implements LiveSurface {
  readonly shown = new Map<string, string>();
  light = false;
  quieted = 0;
  failing = false;

  async typing() {
    // A slow call must not light it again once it is out.
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.light = true;
  }
  async quiet() {
    this.quieted += 1;
    this.light = false;
  }
  async open(text: string) {
    const id = `p${this.shown.size + 1}`;
    this.shown.set(id, text);
    return id;
  }
  async update(id: string, text: string) {
    this.shown.set(id, text);
  }
  async discard(id: string) {
    if (this.failing) throw new RetryableError('delivery_failed', 'away');
    this.shown.delete(id);
  }
}

let host: FakeHost;
let live: LiveReplies;
let screen: Screen;
let messages = 0;
const times = { everyMs: 20, typingEveryMs: 20, maxChars: 100, lookMs: 20 };
beforeEach(() => {
  host = new FakeHost({ echo: false });
  live = new LiveReplies({ host, ...times });
  screen = new Screen();
});
afterEach(() => live.stop());

async function asked(surface = screen): Promise<Memory> {
  const source = { connector: 'test', tenant: 'default', channel: 'lobby', messageId: `m${++messages}` };
  const question = { agentId: 'eliza', source, direct: true, author: { id: 'alice' }, text: 'hello' };
  const { memory } = (await host.receive(question))!;
  live.follow(memory, surface);
  return memory;
}
/** Long enough for typing to be shown again. */
const later = () => new Promise((resolve) => setTimeout(resolve, 100));

describe('[delivery.16] typing', () => {
  it('goes out when the reply is there, before it is delivered, and stays out if that fails', async () => {
    const turn = host.begin(await asked());
    await until(() => screen.light);
    turn.commit('hi');
    await until(() => !screen.light);
    await live.finish(turn.id);
    await later();
    expect(screen).toMatchObject({ light: false, quieted: 1 });
  });

  it('goes out where every event was lost and the reply is about to be delivered', async () => {
    const turn = host.begin(await asked());
    await until(() => screen.light);
    host.deaf = true;
    turn.commit('hi');
    await live.finish(turn.id);
    await until(() => !screen.light);
    expect(screen.quieted).toBe(1);
  });

  it('goes out when nothing is said in the end, and when the question was forgotten', async () => {
    const turn = host.begin(await asked());
    await until(() => screen.light);
    turn.commit(null);
    await until(() => !screen.light);
    const other = new Screen();
    const memory = await asked(other);
    await until(() => other.light);
    const { connector, tenant, messageId } = memory.source;
    await host.remove({ agentId: 'eliza', connector, tenant, messageId });
    await until(() => !other.light);
    await later();
    expect([screen.light, other.light]).toEqual([false, false]);
  });

  it('is put out only where it was shown', async () => {
    live.stop();
    live = new LiveReplies({ host, ...times, typingEveryMs: 60_000 });
    const first = await asked();
    const other = new Screen();
    const second = await asked(other);
    host.begin(first).commit('one');
    host.begin(second).commit('two');
    await until(() => screen.quieted === 1);
    await later();
    expect(other.quieted).toBe(0);
  });
});

describe('[slack.1] what is half shown', () => {
  it('can be taken away, and is not found any more', async () => {
    const turn = host.begin(await asked()).delta('Once upon');
    await until(() => screen.shown.size === 1);
    turn.commit('Once upon a time');
    screen.failing = true;
    const remove = (id: string) => screen.discard(id);
    await expect(live.withdraw(turn.id, remove)).rejects.toThrow('away');
    screen.failing = false;
    await live.withdraw(turn.id, remove);
    expect(screen.shown.size).toBe(0);
    expect(await live.finish(turn.id)).toBeNull();
    let removed = 0;
    await live.withdraw(turn.id, async () => void removed++);
    expect(removed).toBe(0);
  });

  it('is taken away by the next process where the turn ends without a word', async () => {
    const memory = await asked();
    const turn = host.begin(memory).delta('Once upon');
    await until(() => screen.shown.size === 1);
    live.stop();
    await later();
    live = new LiveReplies({ host, ...times });
    live.follow(memory, screen);
    await until(() => host.watchers === 1);
    turn.commit(null);
    await until(() => screen.shown.size === 0);
    expect(await live.finish(turn.id)).toBeNull();
  });
});
