import { describe, expect, it } from 'vitest';
import { networkOf } from '../../src/core/network.js';
import { InProcessRates } from '../../src/rate/in-process.js';
import { rateContract } from '../contract/rate.js';

rateContract('InProcessRates', async () => {
  const rates = new InProcessRates();
  return { open: () => rates, close: async () => {} };
});

describe('[governed.17] no more is held than', () => {
  it('20,000 addresses of 100,000, and none of a person for them (src/rate/in-process.ts)', async () => {
    const rates = new InProcessRates();
    await rates.count('person', 'ann', 600);
    const addresses = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    for (const address of addresses) await rates.count('address', networkOf(address), 600);
    let known = 0;
    // From the last to the first: whoever is not held any more makes room for itself.
    for (const address of addresses.reverse())
      if ((await rates.count('address', networkOf(address), 600)).count > 1) known++;
    expect(known).toBe(20_000);
    expect((await rates.count('person', 'ann', 600)).count).toBe(2);
  });

  it('one of a network that has 100,000 addresses of IPv6', async () => {
    const rates = new InProcessRates();
    let last = 0;
    for (let i = 0; i < 100_000; i++) {
      const host = `${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}`;
      last = (await rates.count('address', networkOf(`2001:db8:1:2::${host}`), 600)).count;
    }
    expect(last).toBe(100_000);
  });
});
