import { InProcessLeases } from '../../src/lease/in-process.js';
import { leaseContract } from '../contract/lease.js';

leaseContract('InProcessLeases', async () => {
  const leases = new InProcessLeases();
  return { open: () => leases, close: async () => {} };
});
