/** Approvals, put together. */

import type { Access } from '../access/access.js';
import { hubTenant } from '../access/principal.js';
import type { Tokens } from '../access/tokens.js';
import { isSession, ownerUser } from '../core/console-user.js';
import type { ShareOf } from '../core/share.js';
import type { RoomQueue } from '../queue/queue.js';
import { shareIn } from '../store/share-in.js';
import { Approvals, type ApprovalsParts } from './approvals.js';
import { type CardSender, Cards } from './cards.js';
import { Deciders } from './deciders.js';

interface Parts extends Pick<ApprovalsParts, 'store' | 'held' | 'agent' | 'waitMs' | 'now' | 'log'> {
  access: Pick<Access, 'people' | 'standing'>;
  tokens: Pick<Tokens, 'list'>;
  turnQueue: RoomQueue;
  shareOf: ShareOf;
  notices: Pick<CardSender, 'tell' | 'sent'>;
  buttons: Pick<CardSender, 'mint'>;
  /** Of agents that say nothing of it. */
  retentionDays: number | undefined;
}

const dayMs = 86_400_000;
/** The longest that one is kept once it is over. */
const mostDays = 90;

export function approvalsOn(parts: Parts): Approvals {
  const { access, tokens, turnQueue, shareOf, notices, buttons, retentionDays, ...more } = parts;
  const { store, agent, now } = more;
  const sender: CardSender = {
    tell: (...what) => notices.tell(...what),
    sent: (...what) => notices.sent(...what),
    mint: (button) => buttons.mint(button),
  };
  return new Approvals({
    ...more,
    cards: new Cards(sender, now),
    deciders: new Deciders({
      ...{ people: access.people, standing: access.standing, agent },
      async token(id) {
        // The owner's at the console, who stays the owner when the browser is signed out.
        if (isSession(id)) return { id, name: ownerUser, tenant: hubTenant, role: 'owner', admin: true };
        const found = (await tokens.list()).find((one) => (one.id ?? one.name) === id);
        return found && (found.expiresAt ?? Number.POSITIVE_INFINITY) > now() ? found : null;
      },
    }),
    async schedule(roomId) {
      await turnQueue.schedule(roomId, await shareIn({ turns: store.turns, shareOf }, roomId));
    },
    keptMs(id) {
      const days = agent(id)?.character.memory.retentionDays ?? retentionDays ?? mostDays;
      return Math.min(mostDays, days) * dayMs;
    },
  });
}
