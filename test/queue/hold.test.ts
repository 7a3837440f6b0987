import { describe, expect, it } from 'vitest';
import { Hold } from '../../src/queue/hold.js';
import { until } from '../support/until.js';

describe('a hold', () => {
  const open = (ms: number, since = performance.now()) => new Hold(ms, since);

  it('ends by itself, and aborts its signal', async () => {
    const hold = open(30);
    hold.check();
    await until(() => hold.signal.aborted);
    expect(() => hold.check()).toThrow(/another worker goes on/);
  });

  it('is lost for a process that was frozen, before any timer tells it', () => {
    const hold = open(20);
    // As a stopped process: no code of ours runs, and the clock goes on.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    expect(hold.signal.aborted).toBe(false);
    expect(() => hold.check()).toThrow(/another worker goes on/);
    expect(hold.signal.aborted).toBe(true);
  });

  it('lasts from when its renewal was asked for, and stays lost once it is', async () => {
    const hold = open(200);
    hold.renew(performance.now() - 10_000);
    hold.check();
    hold.renew(performance.now() + 60_000);
    await new Promise((resolve) => setTimeout(resolve, 250));
    hold.check();
    hold.lose(new Error('Redis has forgotten it'));
    hold.renew(performance.now());
    expect(() => hold.check()).toThrow('Redis has forgotten it');
  });

  it('was lost before it began where it was taken too long ago', () => {
    expect(() => open(1000, performance.now() - 2000).check()).toThrow(/another worker goes on/);
  });
});
