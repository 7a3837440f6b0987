import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, type Memory, RetryableError } from '../../../src/extension-api.js';
import { LiveReplies, type LiveSurface } from '../../../src/replies.js';
import { FakeHost } from '../../../src/testing/host.js';
import { until } from '../../support/until.js';

/** A platform that shows messages, and fails as it is told. */
class Screen implements LiveSurface {
  readonly messages = new Map<string, string>();
  readonly calls: { what: string; text?: string; at: number }[] = [];
  typed = 0;
  most = 0;
  #running = 0;
  /** Thrown by the next calls, one each. */
  readonly failures: unknown[] = [];
  /** What a call waits for. */
  gate: Promise<void> = Promise.resolve();

  async typing(): Promise<void> {
    this.typed += 1;
  }

  open(text: string): Promise<string> {
    return this.#call('open', text, () => {
      const id = `p${this.messages.size + 1}`;
      this.messages.set(id, text);
      return id;
    });
  }

  update(id: string, text: string): Promise<void> {
    return this.#call('update', text, () => void this.messages.set(id, text));
  }

  close(): Promise<void> {
    return this.#call('close', undefined, () => {});
  }

  discard(id: string): Promise<void> {
    return this.#call('discard', undefined, () => void this.messages.delete(id));
  }

  get shown(): string[] {
    return [...this.messages.values()];
  }

  async #call<T>(what: string, text: string | undefined, does: () => T): Promise<T> {
    this.calls.push({ what, text, at: performance.now() });
    this.#running += 1;
    this.most = Math.max(this.most, this.#running);
    try {
      await this.gate;
      const failure = this.failures.shift();
      if (failure) throw failure;
      return does();
    } finally {
      this.#running -= 1;
    }
  }
}

describe('a live reply', () => {
  let host: FakeHost;
  let live: LiveReplies;
  let screen: Screen;
  let messages: number;

  beforeEach(() => {
    host = new FakeHost({ echo: false });
    live = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100 });
    screen = new Screen();
    messages = 0;
  });

  afterEach(() => live.stop());

  function question(channel = 'lobby') {
    messages += 1;
    return {
      agentId: 'eliza',
      source: { connector: 'test', tenant: 'default', channel, messageId: `m${messages}` },
      direct: true,
      author: { id: 'alice' },
      text: 'hello',
    };
  }

  async function asked(surface: LiveSurface = screen, channel = 'lobby'): Promise<Memory> {
    const receipt = await host.receive(question(channel));
    live.follow(receipt!.memory, surface);
    return receipt!.memory;
  }

  const shows = (text: string) => until(() => screen.shown.at(-1) === text);

  it('grows with what is said, and its id is told at the end', async () => {
    const turn = host.begin(await asked());
    turn.delta('One **tw');
    await shows('One **tw**');
    turn.delta('o** three');
    await shows('One **two** three');
    turn.commit('One **two** three');
    expect(await live.finish(turn.id)).toBe('p1');
    expect(screen.shown).toEqual(['One **two** three']);
    expect(screen.calls.at(-1)!.what).toBe('close');
  });

  it('[structure.12] joins a turn that runs already, and shows all of it', async () => {
    const memory = (await host.receive(question()))!.memory;
    const turn = host.begin(memory).delta('One ').delta('two');
    live.follow(memory, screen);
    await until(() => host.watchers === 1);
    turn.delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(screen.shown).toEqual([]);
    turn.soFar();
    await shows('One two three');
    turn.delta(' four');
    await shows('One two three four');
    turn.commit('One two three four');
    expect(await live.finish(turn.id)).toBe('p1');
  });

  it('[structure.12] is taken up by the next process, and shown by one of two', async () => {
    const memory = await asked();
    live.follow(memory, screen);
    const turn = host.begin(memory).delta('One');
    await shows('One');
    const other = new Screen();
    const second = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100 });
    second.follow(memory, other);
    turn.soFar();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([screen.shown, other.shown]).toEqual([['One'], []]);
    turn.commit('One two');
    expect(await second.finish(turn.id)).toBe('p1');
    second.stop();

    const next = await asked();
    live.stop();
    const third = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100 });
    third.follow(next, other);
    host.begin(next).delta('Three');
    await until(() => other.shown.at(-1) === 'Three');
    third.stop();
  });

  it('[structure.12] never shows text with a hole, and has all of it again after a loss', async () => {
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    turn.loseDelta(' two').delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(screen.shown).toEqual(['One']);
    turn.soFar();
    await shows('One two three');
  });

  it('does not stand before a reply that has yet to arrive', async () => {
    const memory = await asked();
    host.owing.add(memory.roomId);
    const turn = host.begin(memory);
    turn.delta('Two');
    await asked(screen, 'attic').then((other) => host.begin(other).delta('Elsewhere'));
    await shows('Elsewhere');
    turn.delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(screen.shown).toEqual(['Elsewhere']);
    host.owing.clear();
    await shows('Two three');
  });

  it('is never updated by two calls at once, nor more often than told, and the newest text wins', async () => {
    live = new LiveReplies({ host, everyMs: 60, typingEveryMs: 20, maxChars: 10_000 });
    const turn = host.begin(await asked());
    let said = '';
    for (let word = 0; word < 100; word += 1) {
      turn.delta(`w${word} `);
      said += `w${word} `;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await shows(said.trim());
    expect(screen.most).toBe(1);
    const times = screen.calls.map(({ at }) => at);
    for (const [index, at] of times.entries()) {
      // Timers may fire a millisecond early.
      if (index > 0) expect(at - times[index - 1]!).toBeGreaterThan(58);
    }
  });

  it('waits for the update under way, and makes none after it has told its id', async () => {
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    let release = () => {};
    screen.gate = new Promise((resolve) => (release = resolve));
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    turn.delta(' three');
    turn.commit('One two three');
    let told: string | null = null;
    const finishing = live.finish(turn.id).then((id) => (told = id));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told).toBeNull();
    release();
    expect(await finishing).toBe('p1');
    expect(screen.calls.map(({ what }) => what)).toEqual(['open', 'update', 'close']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(screen.calls).toHaveLength(3);
  });

  it('is not opened for an answer that comes at once', async () => {
    const slow = new LiveReplies({ host, everyMs: 5000, typingEveryMs: 20, maxChars: 100 });
    const memory = (await host.receive({
      agentId: 'eliza',
      source: { connector: 'test', tenant: 'default', channel: 'attic', messageId: 'x' },
      direct: true,
      author: { id: 'alice' },
      text: 'hello',
    }))!.memory;
    slow.follow(memory, screen);
    const turn = host.begin(memory);
    turn.say('Done.');
    expect(await slow.finish(turn.id)).toBeNull();
    expect(screen.calls).toEqual([]);
    slow.stop();
  });

  it('forgets what an attempt that failed has said', async () => {
    const turn = host.begin(await asked());
    turn.delta('The wrong beginning');
    await shows('The wrong beginning');
    turn.start().delta('The right one');
    await shows('The right one');
    expect(screen.shown).toHaveLength(1);
  });

  it('shows a long answer’s beginning, cut at a good place', async () => {
    const turn = host.begin(await asked());
    turn.delta('A sentence of words. '.repeat(10));
    await until(() => screen.shown.length > 0);
    expect(screen.shown[0]).toMatch(/^(A sentence of words\. ){3,4}…$/);
    turn.delta('```js\nconst a = 1;\n');
    turn.start().delta(`\`\`\`js\n${'const a = 1;\n'.repeat(20)}`);
    await until(() => screen.shown[0]!.startsWith('```js'));
    expect(screen.shown[0]!.length).toBeLessThanOrEqual(100);
    expect(screen.shown[0]).toMatch(/const a = 1;\n```\n\n…$/);
  });

  it('is one message, under the newest, for a turn that covers several', async () => {
    const first = new Screen();
    const one = await asked(first);
    const two = await asked();
    const turn = host.begin(one, two);
    turn.delta('Both');
    await shows('Both');
    expect(first.calls).toEqual([]);
    turn.commit('Both');
    expect(await live.finish(turn.id)).toBe('p1');
    await until(() => host.watchers === 0);
  });

  it('says so when the answer is in other hands: another process finds its id', async () => {
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    const other = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100 });
    let release = () => {};
    screen.gate = new Promise((resolve) => (release = resolve));
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    turn.commit('One two');
    let told: string | null = null;
    const finishing = other.finish(turn.id).then((id) => (told = id));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(told).toBeNull();
    release();
    expect(await finishing).toBe('p1');
    expect(await other.finish('turn_without')).toBeNull();
  });

  it('is found after a crash in the middle of an update, which is not waited for long', async () => {
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    expect(host.noted.get(`live:${turn.id}`)).toEqual({ id: 'p1', settled: false });
    const restarted = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100 });
    expect(await restarted.finish(turn.id)).toBe('p1');
  });

  it('is taken away when the agent stays silent', async () => {
    const turn = host.begin(await asked());
    turn.delta('Hm');
    await shows('Hm');
    turn.commit(null);
    await until(() => screen.shown.length === 0);
    expect(await live.finish(turn.id)).toBeNull();
  });

  it('waits as long as the platform asks, then goes on', async () => {
    screen.failures.push(new RetryableError('delivery_failed', 'slow down', { retryAfterMs: 200 }));
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    const [refused, taken] = screen.calls;
    expect(taken!.at - refused!.at).toBeGreaterThan(190);
    screen.failures.push(new RetryableError('delivery_failed', 'bad gateway'));
    turn.delta(' two');
    await shows('One two');
  });

  it('is not opened twice when the first try may have been carried out', async () => {
    screen.failures.push(new RetryableError('delivery_failed', 'connection lost'));
    const turn = host.begin(await asked());
    turn.delta('One');
    await until(() => screen.calls.length === 1);
    turn.delta(' two');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(screen.calls).toHaveLength(1);
    turn.commit('One two');
    expect(await live.finish(turn.id)).toBeNull();
    expect(host.logged.map(({ level }) => level)).toContain('warn');
  });

  it('is left alone once it can never be updated', async () => {
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    screen.failures.push(new FatalError('delivery_failed', 'message deleted'));
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    turn.delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(screen.calls).toHaveLength(2);
    turn.commit('One two three');
    expect(await live.finish(turn.id)).toBe('p1');
  });

  it('ends although the platform never answers an update', async () => {
    live = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100, patienceMs: 200 });
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    screen.gate = new Promise(() => {});
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    screen.close = async () => {};
    turn.commit('One two');
    expect(await live.finish(turn.id)).toBe('p1');
  });

  it('shows typing until there is text, and no longer', async () => {
    const turn = host.begin(await asked());
    await until(() => screen.typed >= 3);
    turn.delta('One');
    await shows('One');
    const typed = screen.typed;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(screen.typed).toBe(typed);
  });

  it('shows typing no more often when it is refused', async () => {
    let tries = 0;
    screen.typing = async () => {
      tries += 1;
      throw new RetryableError('delivery_failed', 'slow down', { retryAfterMs: 100_000 });
    };
    const turn = host.begin(await asked());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(tries).toBe(1);
    turn.delta('One');
    await shows('One');
  });

  it('finds in the store the answer it was not told of, and stops typing', async () => {
    live = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100, lookMs: 50 });
    const memory = await asked();
    host.deaf = true;
    const turn = host.begin(memory);
    await until(() => screen.typed >= 6);
    expect(host.watchers).toBe(1);
    turn.commit('Hello.');
    await until(() => host.watchers === 0);
    expect(await live.finish(turn.id)).toBeNull();
  });

  it('gives up on a turn that never ends', async () => {
    live = new LiveReplies({ host, everyMs: 20, typingEveryMs: 20, maxChars: 100, giveUpMs: 150 });
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    await until(() => host.watchers === 0);
    const calls = screen.calls.length;
    turn.delta(' two');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(screen.calls).toHaveLength(calls);
    expect(await live.finish(turn.id)).toBe('p1');
  });

  it('follows nothing when the room cannot be watched, and harms nothing', async () => {
    host.watch = () => Promise.reject(new Error('no bus'));
    const turn = host.begin(await asked());
    turn.say('Hello.');
    expect(await live.finish(turn.id)).toBeNull();
  });

  it('goes on when its id cannot be kept', async () => {
    host.notes.put = () => Promise.reject(new Error('disk full'));
    const turn = host.begin(await asked());
    turn.delta('One');
    await shows('One');
    turn.commit('One');
    expect(await live.finish(turn.id)).toBe('p1');
  });

  it('watches a room once, and leaves it after the last answer', async () => {
    const one = await asked();
    expect(host.watchers).toBe(1);
    const first = host.begin(one);
    const two = await asked();
    await asked(screen, 'attic');
    expect(host.watchers).toBe(2);
    first.say('One.');
    expect(host.watchers).toBe(2);
    host.begin(two).say('Two.');
    await until(() => host.watchers === 1);
    live.stop();
    await until(() => host.watchers === 0);
  });
});
