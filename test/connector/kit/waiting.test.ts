import { describe, expect, it } from 'vitest';
import {
  backOffMs,
  FatalError,
  pause,
  RetryableError,
  retryAfterMs,
  untilDone,
} from '../../../src/extension-api.js';

const away = (ms?: number) => new RetryableError('store_unavailable', 'Away.', { retryAfterMs: ms });
const quick = { firstMs: 1, longestMs: 2 };

describe('[structure.12] waiting', () => {
  it('ends with the signal, also one that has aborted, and never rejects', async () => {
    const stop = new AbortController();
    const waited = pause(1_000_000, stop.signal);
    stop.abort(new Error('stop'));
    await waited;
    await pause(1_000_000, stop.signal);
    await pause(0);
  });
});

describe('[structure.12] trying again', () => {
  it('goes on until it is done, and tells of every failure', async () => {
    const told: unknown[] = [];
    let left = 3;
    const job = async () => {
      if (left-- > 0) throw new Error(`${left} left`);
      return 'done';
    };
    expect(await untilDone(job, { ...quick, waiting: (error) => told.push((error as Error).message) })).toBe(
      'done',
    );
    expect(told).toEqual(['2 left', '1 left', '0 left']);
  });

  it('gives up what will never pass, and after so many tries', async () => {
    let tries = 0;
    const failing = (error: Error) => () => {
      tries += 1;
      throw error;
    };
    const fatal = new FatalError('text_empty', 'Nothing.');
    await expect(untilDone(failing(fatal), quick)).rejects.toBe(fatal);
    expect(tries).toBe(1);
    const last = away();
    await expect(untilDone(failing(last), { ...quick, most: 3 })).rejects.toBe(last);
    expect(tries).toBe(4);
  });

  it('does not wait for a try that would come too late', async () => {
    const late = away(60_000);
    const until = Date.now() + 30_000;
    const job = () => Promise.reject(late);
    await expect(untilDone(job, { ...quick, until })).rejects.toBe(late);
  });

  it('ends with the signal, without a further try', async () => {
    const stop = new AbortController();
    let tries = 0;
    const trying = untilDone(
      () => {
        tries += 1;
        throw away(60_000);
      },
      { signal: stop.signal, waiting: () => stop.abort(new Error('stop')) },
    );
    await expect(trying).rejects.toThrow('stop');
    expect(tries).toBe(1);
    await expect(untilDone(() => 'never', { signal: stop.signal })).rejects.toThrow('stop');
  });
});

describe('[structure.12] the pause between tries', () => {
  it('doubles up to its limit, with chance in its upper half', () => {
    for (let tries = 1; tries < 2000; tries += 1) {
      const step = Math.min(100 * 2 ** (tries - 1), 5000);
      const ms = backOffMs(tries, { firstMs: 100, longestMs: 5000 });
      expect(ms).toBeGreaterThanOrEqual(step / 2);
      expect(ms).toBeLessThanOrEqual(step);
    }
  });

  it('is as long as the other side asks, within reason', () => {
    expect(backOffMs(1, { firstMs: 100 }, away(3000))).toBe(3000);
    expect(backOffMs(1, { firstMs: 100 }, away(1))).toBeGreaterThanOrEqual(50);
    expect(backOffMs(1, { firstMs: 100 }, away(1e12))).toBe(600_000);
  });

  it.each([
    ['7', 's', 7000],
    ['0.5', 's', 500],
    [3, 's', 3000],
    ['250', 'ms', 250],
    [1500.5, 'ms', 1500.5],
    ['0', 's', 0],
    ['-3', 's', 0],
    ['9999999999', 's', 86_400_000],
    ['soon', 's', undefined],
    ['', 's', undefined],
    ['Infinity', 's', undefined],
    [Number.NaN, 's', undefined],
    [null, 's', undefined],
    [undefined, 'ms', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 's', 0],
  ] as const)('that a service names is read: %j in %s is %j ms', (value, unit, ms) => {
    expect(retryAfterMs(value, unit)).toBe(ms);
  });

  it('may be named as a date', () => {
    const ms = retryAfterMs(new Date(Date.now() + 60_000).toUTCString())!;
    expect(ms).toBeGreaterThan(50_000);
    expect(ms).toBeLessThanOrEqual(60_000);
  });
});
