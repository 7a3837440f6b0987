import type { Memory } from '../core/memory.js';
import type { OperationParts } from './operation.js';

const batch = 500;

/** The newest first, so that what is cut off can be begun again. Returns how many went. */
export async function forget(
  found: readonly Memory[],
  {
    store: { memories },
    forgotten,
    approvals,
    tasks,
  }: Pick<OperationParts, 'store' | 'forgotten' | 'approvals' | 'tasks'>,
): Promise<number> {
  await forgotten.note(found);
  const newest = [...new Set(found.map(({ id }) => id))].sort().reverse();
  let gone = 0;
  for (let at = 0; at < newest.length; at += batch)
    gone += await memories.forget(newest.slice(at, at + batch));
  const rooms = found.map(({ roomId }) => roomId);
  await Promise.all([approvals.forgotten(rooms), tasks.forgotten(rooms)]);
  return gone;
}
