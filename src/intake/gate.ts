/**
 * What a message must pass before it is stored: a chain of small rules, asked in order until one of them says
 * something else than `pass`. A rule throws a `FatalError` to refuse what nobody could take.
 */
import type { z } from 'zod';
import type { TokenHolder } from '../access/principal.js';
import type { Agent } from '../core/character.js';
import type { ConnectorSettings } from '../core/connector-settings.js';
import type { CommandAnswer, InboundMessage } from '../core/inbound.js';
import type { Attachment } from '../core/memory.js';
import type { Person } from '../core/pairing.js';
import { type CarrierError, FatalError } from '../errors.js';
import { type Written, writtenIn } from './written.js';

export type Checked = z.output<typeof InboundMessage>;

/** A message at the gate, and what its agent says about the platform it came by. */
export interface Arrival {
  message: Checked;
  agent: Agent;
  settings: ConnectorSettings;
  /** What it tells the agent to do besides talking. */
  command?: Written;
  /** Whose token it came with. */
  from?: TokenHolder;
  /** It was let in before, and taken up again since its process died: it is not counted anew. */
  admitted?: boolean;
  /** It changes what was said before, or reacts to it: nobody is told anything for it. */
  afterwards?: boolean;
  /** The message's `roles` are none that it says itself, but those that lists name and the platform says when it is asked. */
  rolesAsked?: true;
  /** Why the author's groups are not known, where they were asked for: who is refused may be let in later. */
  rolesUnknown?: CarrierError;
}

/** A short text for who sent the message. It makes no turn and stands in no history. */
export interface Notice extends CommandAnswer {
  /** The room reads of it anyway: told only to those who wait for an answer of their own. */
  saidAnyway?: boolean;
  /** Files that lie in the store, to be sent with it. */
  attachments?: Attachment[];
  /** For whoever asked alone: where all of the room would read it, nothing is said. */
  quiet?: boolean;
}

export type Ruling =
  | { kind: 'pass' }
  /** Stored for the agent to know of, and not answered. `held`: people answer it, so it is kept as a whole. */
  | { kind: 'keep'; held?: true }
  /** `error` is for senders who wait for an answer, as over HTTP; others are told nothing. */
  | { kind: 'drop'; error?: CarrierError }
  /** `once`: told once under this name, whatever the message; absent: once for the message. */
  | { kind: 'notice'; notice: Notice; once?: string; error: CarrierError };

export const pass: Ruling = { kind: 'pass' };
export const drop: Ruling = { kind: 'drop' };

export type Rule = (arrival: Arrival) => Ruling | Promise<Ruling>;

export async function judge(rules: Rule[], arrival: Arrival): Promise<Ruling> {
  for (const rule of rules) {
    const ruling = rule(arrival);
    // Most rules know at once, and every message of every room comes through here.
    const { kind } = ruling instanceof Promise ? await ruling : ruling;
    if (kind !== 'pass') return ruling;
  }
  return pass;
}

/** Bots are not answered: two hubs in one channel would talk for ever. */
export const noBots: Rule = ({ message }) => (message.author.bot ? drop : pass);

/** A token of one user is nobody else's, whoever its caller says that they are. */
export const ownUser: Rule = ({ from, message }) => {
  if (from?.user === undefined || from.user === message.author.id) return pass;
  const error = new FatalError(
    'permission_denied',
    `This token is ${from.user}'s: it speaks for nobody else.`,
  );
  return { kind: 'drop', error };
};

/** Who wrote it, as pairings know them. */
export function personOf({ message, agent }: Arrival): Person {
  const { source, author } = message;
  const { connector, tenant } = source;
  return { agentId: agent.id, connector, tenant, id: author.id, name: author.name };
}

/** A command that names another bot is that bot's, whether commands are ours or talk. */
export const othersCommands: Rule = ({ message }) => (writtenIn(message)?.to === 'another' ? drop : pass);

/** An operator by the agent's settings. */
export function isListed({ message, settings }: Arrival): boolean {
  return settings.operators.includes(message.author.id);
}
