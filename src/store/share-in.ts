import { type Share, shareOf } from '../core/share.js';
import type { TurnStore } from './turn-store.js';

/** Whose turn it is in a room, for who schedules it; empty where nothing waits there. */
export async function shareIn(turns: Pick<TurnStore, 'heads'>, roomId: string): Promise<{ share?: Share }> {
  const [head] = await turns.heads([roomId]);
  return head ? { share: shareOf(head) } : {};
}
