/** Requester: whoever's words a turn answers, and what they hold where they write. Tools are used in their name. */
import type { Role } from '../access/role.js';

/** Whose words a turn answers. */
export interface Requester {
  /** Their role for this agent in this place, now. */
  role: Role;
  /** All that are theirs, the one that writes first; `tenant` as in a message's source. */
  accounts: readonly { connector: string; tenant: string; userId: string }[];
}
