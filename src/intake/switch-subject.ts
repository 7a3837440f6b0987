/** What `/pause` and `/resume` mean by their first word. */
import { type Account, type PlatformWide, readAccount } from '../access/account.js';
import { authorise, type PersonPrincipal } from '../access/principal.js';
import type { Call } from './commands/command.js';

export interface Subject {
  what: 'agent' | 'place' | 'person' | 'tools';
  agentId: string;
  connector?: string;
  tenant?: string;
  channel?: string;
  userId?: string;
}

/** What is known of people. */
export interface KnownPeople {
  platformWide: PlatformWide;
  /** Whether somebody of this id has talked to the agent, where it is asked. */
  knows(principal: PersonPrincipal, userId: string): Promise<boolean>;
}

/** As platforms write who is meant, with or without the name. */
const mention = /^<@!?([\w-]{1,64})(?:\|[^>]*)?>$/;

/** Operators of one platform pause the agent there; who may do it everywhere does. */
export function wholeAgent(principal: PersonPrincipal): Subject {
  const { agentId, connector } = principal;
  if (authorise(principal, 'switches.change', { agentId })) return { what: 'agent', agentId };
  return { what: 'place', agentId, connector };
}

function toolsOf(principal: PersonPrincipal): Subject {
  const { agentId, connector } = principal;
  if (authorise(principal, 'switches.change', { agentId })) return { what: 'tools', agentId };
  return { what: 'tools', agentId, connector };
}

/** Null: the word names none of it, so it begins the reason. */
export async function subjectIn(
  word: string,
  { principal, agent }: Pick<Call, 'principal' | 'agent'>,
  { knows, platformWide }: KnownPeople,
): Promise<Subject | null> {
  const { agentId, connector, tenant, channel } = principal;
  if (word.toLowerCase() === 'here') return { what: 'place', agentId, connector, tenant, channel };
  if (word.toLowerCase() === 'tools') return toolsOf(principal);
  const mentioned = mention.exec(word)?.[1];
  if (mentioned !== undefined) return person({ connector, tenant, userId: mentioned });
  const account = readAccount(word);
  if (account && [connector, ...Object.keys(agent.character.connectors)].includes(account.connector))
    return person(account);
  const userId = word.replace(/^@/, '');
  const isOne = /^\d{5,}$/.test(userId) || (await knows(principal, userId));
  return isOne ? person({ connector, tenant, userId }) : null;

  /** In all of the platform's places where it is one account's in all of them. */
  function person({ connector, tenant, userId }: Account): Subject {
    return { what: 'person', agentId, connector, ...(!platformWide(connector) && { tenant }), userId };
  }
}

/** As said in a sentence, in front of "paused". */
export function described({ what, connector, channel, userId }: Subject, name: string): string {
  if (what === 'person') return `For ${name}, ${userId} is`;
  if (what === 'tools') return `The tools of ${name}${connector ? ` on ${connector}` : ''} are`;
  if (channel !== undefined) return `Here ${name} is`;
  return connector ? `On ${connector}, ${name} is` : `${name} is`;
}
