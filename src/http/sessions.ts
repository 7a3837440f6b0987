/** Requests by the console's cookie end as those with tokens do. */
import type { Sessions } from '../access/sessions.js';
import { isSession } from '../core/console-user.js';
import type { TokenVerifier } from './tokens.js';

export function withSessions(
  sessions: Pick<Sessions, 'whyEnded' | 'refresh'>,
  tokens: TokenVerifier,
): TokenVerifier {
  return {
    verify: (token) => tokens.verify(token),
    allows: (origin) => tokens.allows(origin),
    onChange: (listener) => tokens.onChange(listener),
    // Of each there is another store's answer: that one does not answer says nothing of the other.
    refresh: async (olderMs) =>
      void (await Promise.allSettled([tokens.refresh(olderMs), sessions.refresh()])),
    whyEnded: (holder) => (isSession(holder.id) ? sessions : tokens).whyEnded(holder),
  };
}
