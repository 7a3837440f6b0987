import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  asCarrierError,
  CarrierError,
  errorCodes,
  FatalError,
  isRetryable,
  RetryableError,
} from '../src/errors.js';

const readme = readFileSync(new URL('../docs/http-api.md', import.meta.url), 'utf8');

describe('error codes', () => {
  it('stand in the reference of the API with the same status and meaning', () => {
    const rows = Object.entries(errorCodes).map(
      ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
    );
    expect(rows.filter((row) => !readme.includes(row))).toEqual([]);
  });

  it('stand there only if they exist', () => {
    const listed = [...readme.matchAll(/^\| `([a-z_]+)` \| \d{3} \|/gm)].map((match) => match[1]!);
    expect(listed.filter((code) => !(code in errorCodes))).toEqual([]);
  });
});

describe('error classes', () => {
  it('that extend ours are themselves, and every other error is none of them', () => {
    class Refusal extends FatalError {}
    class Busy extends RetryableError {}
    expect(new Refusal('internal', 'x')).toBeInstanceOf(FatalError);
    expect(new Refusal('internal', 'x')).toBeInstanceOf(Refusal);
    expect(new FatalError('internal', 'x')).not.toBeInstanceOf(Refusal);
    expect(new RetryableError('internal', 'x')).not.toBeInstanceOf(Busy);
    expect(new Busy('internal', 'x')).toBeInstanceOf(CarrierError);
  });

  it('[structure.6] know errors that another copy of the package made', async () => {
    const file = new URL('../src/errors.ts', import.meta.url).href;
    const other: typeof import('../src/errors.js') = await import(/* @vite-ignore */ `${file}?copy`);
    expect(other.FatalError).not.toBe(FatalError);
    const fatal = new other.FatalError('delivery_failed', 'Blocked.');
    expect(fatal).toBeInstanceOf(FatalError);
    expect(fatal).toBeInstanceOf(CarrierError);
    expect(fatal).not.toBeInstanceOf(RetryableError);
    expect(isRetryable(fatal)).toBe(false);
    expect(asCarrierError(fatal)).toBe(fatal);
    const passing = new other.RetryableError('rate_limited', 'Slowly.', { retryAfterMs: 5 });
    expect(passing).toBeInstanceOf(RetryableError);
    expect(isRetryable(passing)).toBe(true);
    // What merely looks like one is none.
    expect(Object.assign(new Error('x'), { retryable: false, code: 'internal' })).not.toBeInstanceOf(
      FatalError,
    );
  });

  it('say whether trying again can help', () => {
    expect(isRetryable(new RetryableError('model_timeout', ''))).toBe(true);
    expect(isRetryable(new FatalError('model_refused', ''))).toBe(false);
    expect(isRetryable(new TypeError('a bug, perhaps passing'))).toBe(true);
  });

  it('take in what others throw, with its cause', () => {
    const cause = new TypeError('odd');
    expect(asCarrierError(cause)).toMatchObject({ code: 'internal', message: 'odd', status: 500, cause });
    const known = new FatalError('not_found', 'no');
    expect(asCarrierError(known)).toBe(known);
    expect(asCarrierError('text')).toMatchObject({ message: 'text' });
  });
});
