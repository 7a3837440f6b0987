/**
 * Leases: decides which process of a cluster does what only one may do, such as holding a bot's connection.
 *
 * - **Holder**: who has the lease now. Everyone else stands by.
 * - **Fence**: a number that grows with every holder, so that what an earlier one did late can be told apart.
 *
 * The contract (`test/contract/lease.ts`):
 * 1. one holder at a time: whoever loses a lease is told so before another one gains it;
 * 2. a holder that dies or freezes is followed by another within 15 s, one that releases it within a few seconds;
 * 3. `held` is false as soon as the lease may be over, also in a process that was frozen and has just woken;
 * 4. fences grow, whatever the service behind forgets.
 *
 * Not promised: that a holder keeps it. When the service behind cannot be reached, the lease runs out.
 */
export interface LeaseHolder {
  /** This process holds it from now on. */
  gained(fence: number): void;
  /** It holds it no more, or cannot be sure to: end at once what the lease allowed. It stands by again. */
  lost(reason: string): void;
}

export interface Lease {
  /** Whether this process may act as the holder right now, by its own clock. */
  readonly held: boolean;
  /** Gives it up for good; another process may gain it at once. */
  release(): Promise<void>;
}

export interface Leases {
  /** Stands by for the lease of that name until released. */
  contend(name: string, holder: LeaseHolder): Lease;
}
