/** On what terms a call is asked for: who may decide it, where they are asked, and for how long. */
import type { Role } from '../../access/role.js';

export interface AskTerms {
  /** The least role of whoever decides, for the agent and the place that it is asked for. */
  role: Role;
  /** So many people must approve; one denial is enough. Linked accounts are one person. */
  people: number;
  /** Whoever the call is made for decides nothing, from none of their accounts. */
  fourEyes: boolean;
  /** Where the card is sent: to the room, to the character's `operatorsRoom`, or to both. */
  where: 'room' | 'operators' | 'both';
  /** Until it expires; absent: the hub's setting. */
  hours?: number;
}

/** Where a rule or a tool says nothing of it. */
export const usualTerms: AskTerms = Object.freeze({
  ...{ role: 'operator', people: 1, fourEyes: false, where: 'room' },
});
