import type { Share, ShareOf } from '../core/share.js';
import type { TurnStore } from './turn-store.js';

/** Whose turn it is in a room, for who schedules it; empty where nothing waits there. */
export async function shareIn(
  { turns, shareOf }: { turns: Pick<TurnStore, 'heads'>; shareOf: ShareOf },
  roomId: string,
): Promise<{ share?: Share }> {
  const [head] = await turns.heads([roomId]);
  return head ? { share: shareOf(head) } : {};
}
