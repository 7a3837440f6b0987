/** What people see of a reply while it is written. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeHost } from '../../../src/testing/host.js';
import { until } from '../../support/until.js';
import { LiveStage, Screen } from './live-stage.js';

describe('a live reply', () => {
  let stage: LiveStage;
  let host: FakeHost;
  let screen: Screen;

  beforeEach(() => {
    stage = new LiveStage();
    ({ host, screen } = stage);
  });

  afterEach(() => stage.live.stop());

  it('grows with what is said, and its id is told at the end', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('One **tw');
    await stage.shows('One **tw**');
    turn.delta('o** three');
    await stage.shows('One **two** three');
    turn.commit('One **two** three');
    expect(await stage.live.finish(turn.id)).toBe('p1');
    expect(screen.shown).toEqual(['One **two** three']);
    expect(screen.calls.at(-1)!.what).toBe('close');
  });

  it('[structure.12] joins a turn that runs already, and shows all of it', async () => {
    const memory = (await host.receive(stage.question()))!.memory;
    const turn = host.begin(memory).delta('One ').delta('two');
    stage.live.follow(memory, screen);
    await until(() => host.watchers === 1);
    turn.delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(screen.shown).toEqual([]);
    turn.soFar();
    await stage.shows('One two three');
    turn.delta(' four');
    await stage.shows('One two three four');
    turn.commit('One two three four');
    expect(await stage.live.finish(turn.id)).toBe('p1');
  });

  it('does not stand before a reply that has yet to arrive', async () => {
    const memory = await stage.asked();
    host.owing.add(memory.roomId);
    const turn = host.begin(memory);
    turn.delta('Two');
    await stage.asked(screen, 'attic').then((other) => host.begin(other).delta('Elsewhere'));
    await stage.shows('Elsewhere');
    turn.delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(screen.shown).toEqual(['Elsewhere']);
    host.owing.clear();
    await stage.shows('Two three');
  });

  it('is never updated by two calls at once, nor more often than told, and the newest text wins', async () => {
    stage.live = stage.replies({ everyMs: 60, maxChars: 10_000 });
    const turn = host.begin(await stage.asked());
    let said = '';
    for (let word = 0; word < 100; word += 1) {
      turn.delta(`w${word} `);
      said += `w${word} `;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await stage.shows(said.trim());
    expect(screen.most).toBe(1);
    const times = screen.calls.map(({ at }) => at);
    for (const [index, at] of times.entries()) {
      // Timers may fire a millisecond early.
      if (index > 0) expect(at - times[index - 1]!).toBeGreaterThan(58);
    }
  });

  it('waits for the update under way, and makes none after it has told its id', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    let release = () => {};
    screen.gate = new Promise((resolve) => (release = resolve));
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    turn.delta(' three');
    turn.commit('One two three');
    let told: string | null = null;
    const finishing = stage.live.finish(turn.id).then((id) => (told = id));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told).toBeNull();
    release();
    expect(await finishing).toBe('p1');
    expect(screen.calls.map(({ what }) => what)).toEqual(['open', 'update', 'close']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(screen.calls).toHaveLength(3);
  });

  it('is not opened for an answer that comes at once', async () => {
    const slow = stage.replies({ everyMs: 5000 });
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

  it('shows a long answer’s beginning, cut at a good place', async () => {
    const turn = host.begin(await stage.asked());
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
    const one = await stage.asked(first);
    const two = await stage.asked();
    const turn = host.begin(one, two);
    turn.delta('Both');
    await stage.shows('Both');
    expect(first.calls).toEqual([]);
    turn.commit('Both');
    expect(await stage.live.finish(turn.id)).toBe('p1');
    await until(() => host.watchers === 0);
  });

  it('is taken away when the agent stays silent', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('Hm');
    await stage.shows('Hm');
    turn.commit(null);
    await until(() => screen.shown.length === 0);
    expect(await stage.live.finish(turn.id)).toBeNull();
  });

  it('shows typing until there is text, and no longer', async () => {
    const turn = host.begin(await stage.asked());
    await until(() => screen.typed >= 3);
    turn.delta('One');
    await stage.shows('One');
    const typed = screen.typed;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(screen.typed).toBe(typed);
  });

  it('watches a room once, and leaves it after the last answer', async () => {
    const one = await stage.asked();
    expect(host.watchers).toBe(1);
    const first = host.begin(one);
    const two = await stage.asked();
    await stage.asked(screen, 'attic');
    expect(host.watchers).toBe(2);
    first.say('One.');
    expect(host.watchers).toBe(2);
    host.begin(two).say('Two.');
    await until(() => host.watchers === 1);
    stage.live.stop();
    await until(() => host.watchers === 0);
  });
});
