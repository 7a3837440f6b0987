/** What `/pause` and `/resume` mean by their first word. */
import { authorise, type PersonPrincipal } from '../../access/principal.js';
import { tokenConnector } from '../../core/connector-settings.js';
import type { Call } from './command.js';

export interface Subject {
  what: 'agent' | 'place' | 'person' | 'tools';
  agentId: string;
  connector?: string;
  tenant?: string;
  channel?: string;
  userId?: string;
}

/** Whether somebody of this id has talked to the agent, where it is asked. */
export type Knows = (principal: PersonPrincipal, userId: string) => Promise<boolean>;

/** As platforms write who is meant, with or without the name. */
const mention = /^<@!?([\w-]{1,64})(?:\|[^>]*)?>$/;
const elsewhere = /^([a-z][a-z0-9-]*):(\S+)$/i;

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
  knows: Knows,
): Promise<Subject | null> {
  const { agentId, connector, tenant, channel } = principal;
  if (word.toLowerCase() === 'here') return { what: 'place', agentId, connector, tenant, channel };
  if (word.toLowerCase() === 'tools') return toolsOf(principal);
  const mentioned = mention.exec(word)?.[1];
  if (mentioned !== undefined) return person(mentioned, connector);
  const [, name = '', id = ''] = elsewhere.exec(word) ?? [];
  const connectors = [connector, ...Object.keys(agent.character.connectors)];
  if (connectors.includes(name.toLowerCase())) return person(id, name.toLowerCase());
  const userId = word.replace(/^@/, '');
  if (/^\d{5,}$/.test(userId) || (await knows(principal, userId))) return person(userId, connector);
  return null;

  /** Platforms name people alike in all of their places; tokens of two tenants do not. */
  function person(userId: string, connector: string): Subject {
    return { what: 'person', agentId, connector, userId, ...(connector === tokenConnector && { tenant }) };
  }
}

/** As said in a sentence, in front of "paused". */
export function described({ what, connector, channel, userId }: Subject, name: string): string {
  if (what === 'person') return `For ${name}, ${userId} is`;
  if (what === 'tools') return `The tools of ${name}${connector ? ` on ${connector}` : ''} are`;
  if (channel !== undefined) return `Here ${name} is`;
  return connector ? `On ${connector}, ${name} is` : `${name} is`;
}
