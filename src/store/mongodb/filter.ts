import type { Document } from 'mongodb';
import type { MemoryKind, MemoryStatus } from '../../core/memory.js';

/** What a search may find, besides matching. */
export interface Filter {
  agentId: string;
  scopes: string[];
  kinds: readonly MemoryKind[];
  /** Left out by whoever looks at the found: a query with hundreds of ids costs more than passing them over. */
  exclude: ReadonlySet<string>;
}

/** Statuses of what may be found: what is pending must not be. */
export const settled = ['handled', 'failed', 'kept'] as const;

export function isSettled(status: MemoryStatus): boolean {
  return settled.some((one) => one === status);
}

/** As a query, also in `$vectorSearch`, whose index must have each of these fields. */
export function matching({ agentId, scopes, kinds }: Filter): Document {
  return { agentId, scope: { $in: scopes }, kind: { $in: [...kinds] }, status: { $in: [...settled] } };
}
