/** Live replies when events, processes, platforms or the store fail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../../src/extension-api.js';
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

  it('[structure.12] is taken up by the next process, and shown by one of two', async () => {
    const memory = await stage.asked();
    stage.live.follow(memory, screen);
    const turn = host.begin(memory).delta('One');
    await stage.shows('One');
    const other = new Screen();
    const second = stage.replies();
    second.follow(memory, other);
    turn.soFar();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([screen.shown, other.shown]).toEqual([['One'], []]);
    turn.commit('One two');
    expect(await second.finish(turn.id)).toBe('p1');
    second.stop();

    const next = await stage.asked();
    stage.live.stop();
    const third = stage.replies();
    third.follow(next, other);
    host.begin(next).delta('Three');
    await until(() => other.shown.at(-1) === 'Three');
    third.stop();
  });

  it('[structure.12] never shows text with a hole, and has all of it again after a loss', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    turn.loseDelta(' two').delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(screen.shown).toEqual(['One']);
    turn.soFar();
    await stage.shows('One two three');
  });

  it('forgets what an attempt that failed has said', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('The wrong beginning');
    await stage.shows('The wrong beginning');
    turn.start().delta('The right one');
    await stage.shows('The right one');
    expect(screen.shown).toHaveLength(1);
  });

  it('says so when the answer is in other hands: another process finds its id', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    const other = stage.replies();
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
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    expect(host.noted.get(`live:${turn.id}`)).toEqual({ id: 'p1', settled: false });
    const restarted = stage.replies();
    expect(await restarted.finish(turn.id)).toBe('p1');
  });

  it('waits as long as the platform asks, then goes on', async () => {
    screen.failures.push(new RetryableError('delivery_failed', 'slow down', { retryAfterMs: 200 }));
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    const [refused, taken] = screen.calls;
    expect(taken!.at - refused!.at).toBeGreaterThan(190);
    screen.failures.push(new RetryableError('delivery_failed', 'bad gateway'));
    turn.delta(' two');
    await stage.shows('One two');
  });

  it('is not opened twice when the first try may have been carried out', async () => {
    screen.failures.push(new RetryableError('delivery_failed', 'connection lost'));
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await until(() => screen.calls.length === 1);
    turn.delta(' two');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(screen.calls).toHaveLength(1);
    turn.commit('One two');
    expect(await stage.live.finish(turn.id)).toBeNull();
    expect(host.logged.map(({ level }) => level)).toContain('warn');
  });

  it('is left alone once it can never be updated', async () => {
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    screen.failures.push(new FatalError('delivery_failed', 'message deleted'));
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    turn.delta(' three');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(screen.calls).toHaveLength(2);
    turn.commit('One two three');
    expect(await stage.live.finish(turn.id)).toBe('p1');
  });

  it('ends although the platform never answers an update', async () => {
    stage.live = stage.replies({ patienceMs: 200 });
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    screen.gate = new Promise(() => {});
    turn.delta(' two');
    await until(() => screen.calls.length === 2);
    screen.close = async () => {};
    turn.commit('One two');
    expect(await stage.live.finish(turn.id)).toBe('p1');
  });

  it('shows typing no more often when it is refused', async () => {
    let tries = 0;
    screen.typing = async () => {
      tries += 1;
      throw new RetryableError('delivery_failed', 'slow down', { retryAfterMs: 100_000 });
    };
    const turn = host.begin(await stage.asked());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(tries).toBe(1);
    turn.delta('One');
    await stage.shows('One');
  });

  it('finds in the store the answer it was not told of, and stops typing', async () => {
    stage.live = stage.replies({ lookMs: 50 });
    const memory = await stage.asked();
    host.deaf = true;
    const turn = host.begin(memory);
    await until(() => screen.typed >= 6);
    expect(host.watchers).toBe(1);
    turn.commit('Hello.');
    await until(() => host.watchers === 0);
    expect(await stage.live.finish(turn.id)).toBeNull();
  });

  it('gives up on a turn that never ends', async () => {
    stage.live = stage.replies({ giveUpMs: 150 });
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    await until(() => host.watchers === 0);
    const calls = screen.calls.length;
    turn.delta(' two');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(screen.calls).toHaveLength(calls);
    expect(await stage.live.finish(turn.id)).toBe('p1');
  });

  it('follows nothing when the room cannot be watched, and harms nothing', async () => {
    host.watch = () => Promise.reject(new Error('no bus'));
    const turn = host.begin(await stage.asked());
    turn.say('Hello.');
    expect(await stage.live.finish(turn.id)).toBeNull();
  });

  it('goes on when its id cannot be kept', async () => {
    host.notes.put = () => Promise.reject(new Error('disk full'));
    const turn = host.begin(await stage.asked());
    turn.delta('One');
    await stage.shows('One');
    turn.commit('One');
    expect(await stage.live.finish(turn.id)).toBe('p1');
  });
});
