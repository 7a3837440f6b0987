import { expect, it } from 'vitest';
import { StepRecord } from '../../src/runtime/step-record.js';

it('[act.19] what is written together is written once, and never out of order', async () => {
  let value = 0;
  const begun: number[] = [];
  const ended: (() => void)[] = [];
  const record = new StepRecord(() => {
    begun.push(value);
    return new Promise((resolve) => ended.push(resolve));
  });
  value = 1;
  const first = [record.write(), record.write()];
  await new Promise(setImmediate);
  value = 2;
  const second = [record.write(), record.write()];
  value = 3;
  await new Promise(setImmediate);
  // A write that runs may be of before: whoever came since waits for another.
  expect(begun).toEqual([1]);
  ended[0]!();
  await Promise.all(first);
  await new Promise(setImmediate);
  expect(begun).toEqual([1, 3]);
  ended[1]!();
  await Promise.all(second);
});

it('one that fails is told to those who waited for it, and keeps no other from being written', async () => {
  let fails = true;
  const record = new StepRecord(async () => {
    if (fails) throw new Error('full');
  });
  await expect(Promise.all([record.write(), record.write()])).rejects.toThrow('full');
  fails = false;
  await record.write();
});
