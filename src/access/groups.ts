/** The groups of platforms that people are in: roles, user groups, offices. They change elsewhere, and so are asked for. */

/** Somebody on a platform, as a message's source names it. */
export interface GroupMember {
  connector: string;
  tenant: string;
  userId: string;
  /** The groups in question: of others nothing need be said. Absent: all. */
  among?: readonly string[] | undefined;
}

export interface GroupLookup {
  /**
   * The ids of the groups that somebody is in now. It may cost a request to the platform: ask where something depends
   * on it.
   * @param agentId whose connector is asked
   * @throws RetryableError `groups_unknown`: it cannot be known, so there is nothing that a group would give.
   */
  groupsOf(account: GroupMember, agentId: string): Promise<string[]>;
}
