import type { History } from '../store/history.js';

const batch = 500;

/** The newest first, so that what is cut off can be begun again. Returns how many went. */
export async function forget(ids: string[], memories: History): Promise<number> {
  const newest = [...ids].sort().reverse();
  let gone = 0;
  for (let at = 0; at < newest.length; at += batch)
    gone += await memories.forget(newest.slice(at, at + batch));
  return gone;
}
