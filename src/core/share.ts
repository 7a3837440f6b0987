/**
 * Share: whose turn it is, where turns have to share what there is. No person, agent or tenant is given more than a fair
 * part of it while others want some.
 */
import type { Memory } from './memory.js';

/** Opaque: two are compared, and nothing else. */
export interface Share {
  /** A tenant of a connector: what a platform calls a workspace or a guild, or whom a token of the hub is of. */
  tenant: string;
  agent: string;
  /** An account. Several accounts of one person are several people here. */
  person: string;
}

export type ShareOf = (memory: Pick<Memory, 'agentId' | 'author' | 'source'>) => Share;

/** @param platformWide of which connectors a user's id is theirs in every tenant: they are one person in all of them */
export function sharesBy(platformWide: (connector: string) => boolean): ShareOf {
  return ({ agentId, author, source: { connector, tenant } }) => {
    const of = `${connector}:${tenant}`;
    const whose = platformWide(connector) ? connector : of;
    // Lengths first: no name can pass for another's tenant and name.
    return { tenant: of, agent: agentId, person: `${whose.length}:${whose}:${author.id}` };
  };
}
