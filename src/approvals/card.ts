/**
 * What a card says. Everything that somebody else has written (arguments, names, reasons, origins) stands in code, where
 * no platform reads links, mentions, emoji or marks, and with all its characters visible. Nothing is cut: a long call fills
 * several messages, and what decides it stands in the last of them.
 */
import type { Role } from '../access/role.js';
import type { Source } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import { piecesOf, visible, visibleJson } from '../core/visible.js';
import type { AskTerms } from '../tools/policy/terms.js';

/** An approval, as far as people are shown it. */
export interface CardFields {
  id: string;
  /** Its key. */
  tool: string;
  /** Canonical JSON; null: forgotten. */
  arguments: string | null;
  requester: { id: string; name?: string | undefined };
  /** Where it was asked for. */
  source: Pick<Source, 'connector' | 'tenant' | 'channel' | 'thread'>;
  direct: boolean;
  rule: string;
  reason?: string | undefined;
  taint?: readonly Origin[] | undefined;
  terms: Pick<AskTerms, 'role' | 'people' | 'fourEyes'>;
  /** Whoever has approved it so far. */
  votes: readonly { name: string }[];
  /** How many people these are; absent: as many as there are. */
  people?: number | undefined;
  state: 'open' | 'approved' | 'denied' | 'expired' | 'stopped';
  /** Unix ms. */
  expiresAt: number;
  /** Whoever settled it. */
  by?: string | undefined;
  /** What whoever denied it had to say. */
  note?: string | undefined;
}

/** Longest arguments that people decide on: as they were written, and as they are shown. In UTF-16 units. */
const longest = { written: 16_000, shown: 32_000 };
/** What of longer ones is shown, for people to know what it is. */
const glimpse = 1500;
/** Below what any platform makes a file of, and a message of the smallest one holds. */
const blockChars = 1400;
const inlineChars = 160;

/** `decidable`: it can be approved, and so has buttons. @param now Unix ms */
export function cardOf(fields: CardFields, now: number): { text: string; decidable: boolean } {
  const { state } = fields;
  const obstacle = whyNotApprovable(fields);
  const text = [
    `**${titles[state]}** ${inline(fields.tool)}`,
    ...argumentsOf(fields, obstacle !== null),
    asked(fields),
    ...reasonOf(fields),
    ...taintOf(fields),
    ...(state === 'open' ? openEnd(fields, obstacle, now) : settledEnd(fields)),
  ].join('\n\n');
  return { text, decidable: state === 'open' && obstacle === null };
}

/** Why nobody can approve a call, whoever they are; null: it can be read in full. For people. */
export function whyNotApprovable({ arguments: written }: Pick<CardFields, 'arguments'>): string | null {
  if (written === null || written.trim() === '') return 'what it would do is not known';
  if (written.length > longest.written || shownArguments(written).length > longest.shown)
    return `its arguments are too long to be read (${written.length} characters)`;
  return null;
}

const titles: Record<CardFields['state'], string> = {
  open: 'Approval needed:',
  approved: 'Approved:',
  denied: 'Denied:',
  expired: 'Expired:',
  stopped: 'Stopped:',
};

function shownArguments(written: string): string {
  try {
    JSON.parse(written);
    return visibleJson(written);
  } catch {
    return visible(written);
  }
}

function argumentsOf({ arguments: written }: CardFields, isObstructed: boolean): string[] {
  if (written === null) return ['Its arguments are forgotten.'];
  if (written.trim() === '') return ['It has no arguments.'];
  const shown = shownArguments(written);
  const [first = ''] = piecesOf(shown, glimpse);
  if (isObstructed && shown.length > first.length) return ['Its arguments begin with:', fenced(first)];
  return blocks('Its arguments', shown);
}

function asked({ requester, source, direct }: CardFields): string {
  const { id, name } = requester;
  const { connector, tenant, channel, thread } = source;
  const who = `${name === undefined ? '' : `${inline(name)}, account `}${inline(id)} on ${inline(connector)}`;
  const within = tenant === 'default' ? '' : ` (${inline(tenant)})`;
  const where = `${inline(channel)}${thread === undefined ? '' : `, thread ${inline(thread)}`}`;
  return `Asked for by ${who}${within}, ${direct ? 'in a direct conversation' : 'in'} ${where}.`;
}

function reasonOf({ rule, reason }: CardFields): string[] {
  return [`Rule: ${inline(rule)}.`, ...(reason === undefined ? [] : said('Why', reason))];
}

const kinds: Record<Origin['kind'], string> = {
  page: 'the page',
  file: 'the file',
  tool: 'a result of',
  person: 'somebody without a role',
  quote: 'words passed on from',
  webhook: 'the program',
  memory: 'a memory of',
};

/** Whoever decides is to know whose wish it may be. */
function taintOf({ taint = [] }: CardFields): string[] {
  if (taint.length === 0) return [];
  const origins = taint.map(({ kind, what }) => `- ${kinds[kind]} ${inline(what)}`);
  return [
    `**Tainted:** before it asked for this, the agent read what nobody here vouches for:\n\n${origins.join('\n')}`,
  ];
}

const deciders: Record<Role, string> = {
  guest: 'anybody',
  member: 'a member or above',
  operator: 'an operator or above',
  admin: 'an admin or above',
  owner: 'an owner',
};

function openEnd(
  { id, terms, votes, people: voted = votes.length, expiresAt }: CardFields,
  obstacle: string | null,
  now: number,
): string[] {
  const { role, people, fourEyes } = terms;
  const [approve, deny] = [inline(`/approve ${id}`), inline(`/deny ${id} REASON`)];
  const open = `Open until ${timeOf(expiresAt)} (${spanOf(expiresAt - now)}).`;
  if (obstacle !== null)
    return [
      `**Nobody can approve this:** ${obstacle}. Deny it by ${deny}, and the agent hears why; it may then ask in another way.`,
      open,
    ];
  const whom = people === 1 ? deciders[role] : `${people} people, each ${deciders[role]}`;
  const missing = people - voted;
  return [
    `Who decides: ${whom}${fourEyes ? '; never whoever asked, from none of their accounts' : ''}. ${open}`,
    // Said from the beginning: a card that grew might not find room in its place.
    ...(people > 1
      ? [`**Approved by** ${namesOf(votes)}; ${missing} more ${missing === 1 ? 'is' : 'are'} needed.`]
      : []),
    `Press a button, or write ${approve} or ${deny} in any room.`,
  ];
}

function settledEnd({ state, votes, by, note }: CardFields): string[] {
  const who = by === undefined ? '' : ` by ${inline(by)}`;
  switch (state) {
    case 'approved':
      return [`**Approved**${votes.length > 0 ? ` by ${namesOf(votes)}` : who}.`];
    case 'denied':
      return [`**Denied**${who}. It was not done.`, ...(note ? said('They say', note) : [])];
    case 'expired':
      return ['**Expired:** nobody decided in time. It was not done.'];
    default:
      return [`**Stopped**${who}: its turn was called off. It was not done.`];
  }
}

function namesOf(people: readonly { name: string }[]): string {
  return people.length === 0 ? 'nobody so far' : people.map(({ name }) => inline(name)).join(' and ');
}

/** A short text in its sentence, any other below. */
function said(label: string, text: string): string[] {
  const shown = visible(text);
  return shown.length <= inlineChars ? [`${label}: ${inline(text)}`] : blocks(label, shown);
}

function blocks(label: string, shown: string): string[] {
  const pieces = piecesOf(shown, blockChars);
  if (pieces.length === 1) return [`${label}:`, fenced(shown)];
  return pieces.flatMap((piece, at) => [`${label}, part ${at + 1} of ${pieces.length}:`, fenced(piece)]);
}

/** Of visible text, which has neither a line's end nor a grave accent. */
function fenced(shown: string): string {
  return `\`\`\`\n${shown}\n\`\`\``;
}

function inline(text: string): string {
  const shown = visible(text);
  return shown === '' ? '(none)' : `\`${shown}\``;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function spanOf(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return minutes === 1 ? 'one minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
