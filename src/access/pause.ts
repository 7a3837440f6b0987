/**
 * Pause: something stands still, in every process, until somebody resumes it or its time is over.
 *
 * - **What**: an `agent`; a `place`, be it a platform, one tenant of it or one channel; a `person`; or `tools`, while the
 *   talk goes on.
 * - **Where**: for what it counts. As in a role's level, what it does not name it does not limit.
 */
import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import type { RoomSource } from '../core/memory.js';
import { RetryableError } from '../errors.js';
import { defineNote } from '../store/note.js';
import { covers, type Level } from './role.js';

export const pausable = ['agent', 'place', 'person', 'tools'] as const;
export type Pausable = (typeof pausable)[number];

export interface Pause {
  /** The same for the same thing, in every process. */
  id: string;
  what: Pausable;
  where: Level;
  /** People read it. */
  reason?: string;
  /** Who paused it, as audit rows name them. */
  by: string;
  /** Unix ms. */
  at: number;
  /** When it ends by itself (Unix ms). */
  until?: number;
}

/** Whom a message, a turn or an action concerns. */
export interface Concerned {
  agentId: string;
  source: Pick<RoomSource, 'connector' | 'tenant' | 'channel'>;
  /** Whose it is, there. */
  userIds: readonly string[];
}

const part = z.string().optional();
/** What a newer version may say besides is left out, so the pause is the wider one here. */
const Noted = z.object({
  what: z.enum(pausable),
  where: z.object({ agentId: part, connector: part, tenant: part, channel: part, userId: part }),
  ...{ reason: part, by: z.string(), at: z.number(), until: z.number().optional() },
});

export const pauseNote = defineNote({ key: (id: string) => `pause:${id}`, schema: Noted });

export function pauseId(what: Pausable, { agentId, connector, tenant, channel, userId }: Level): string {
  return derivedId('pause', what, JSON.stringify([agentId, connector, tenant, channel, userId]));
}

export function pausesIn(listed: { value: z.infer<typeof Noted> | null }[], now: number): Pause[] {
  return listed
    .flatMap(({ value }) => value ?? [])
    .filter(({ until }) => until === undefined || until > now)
    .map((noted) => ({ ...noted, id: pauseId(noted.what, noted.where) }))
    .sort((one, other) => one.at - other.at);
}

export function isPausedBy({ what, where }: Pause, { agentId, source, userIds }: Concerned): boolean {
  const { connector, tenant, channel } = source;
  const here = { agentId, connector, tenant, channel };
  return what === 'person'
    ? userIds.some((userId) => covers(where, { ...here, userId }))
    : covers(where, here);
}

/** What who writes reads, and who waits for an answer that does not come. */
export function pauseText({ what, where, reason, until }: Pause, name: string, now: number): string {
  const here =
    what === 'person' ? ' for you' : what === 'place' && where.channel !== undefined ? ' here' : '';
  const why = reason ? `: ${reason.replace(/[.!\s]+$/, '')}` : '';
  const when = until === undefined ? 'later' : `in ${lengthOf(until - now)}`;
  const subject = what === 'tools' ? `The tools of ${name} are` : `${name} is`;
  return `${subject} paused${here} by its operators${why}. Please write again ${when}.`;
}

export function pausedError(pause: Pause, name: string, now: number): RetryableError {
  const retryAfterMs = pause.until === undefined ? undefined : Math.max(1000, pause.until - now);
  return new RetryableError('paused', pauseText(pause, name, now), { retryAfterMs });
}

/** For a model, in the place of what an action gives. */
export function toolsText({ reason }: Pick<Pause, 'reason'>): string {
  const why = reason ? `: ${reason.replace(/[.!\s]+$/, '')}` : '';
  return `Tools are paused by the operators${why}. Nothing was done. Say so, and answer without tools.`;
}

/** Names nobody: `/readyz` shows it to anyone. */
export function notesOf(pauses: readonly Pause[]): string[] {
  const agents = pauses.filter(({ what }) => what === 'agent').map(({ where }) => `agent ${where.agentId}`);
  const tools = pauses.filter(({ what }) => what === 'tools');
  const ofAgents = tools.flatMap(({ where }) => where.agentId ?? []);
  const names = [
    ...agents,
    ...(tools.length === 0
      ? []
      : ofAgents.length < tools.length
        ? ['tools']
        : [`tools of ${ofAgents.join(', ')}`]),
    ...counted(pauses.filter(({ what }) => what === 'place').length, 'place', 'places'),
    ...counted(pauses.filter(({ what }) => what === 'person').length, 'person', 'people'),
  ];
  return names.length === 0 ? [] : [`paused by an operator: ${names.join('; ')} (carrier switches list)`];
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

const units = [
  [86_400_000, 'a day', 'days'],
  [3_600_000, 'an hour', 'hours'],
  [60_000, 'a minute', 'minutes'],
  [1000, 'a second', 'seconds'],
] as const;

/** Rounded up: two at least of a larger unit. */
function lengthOf(ms: number): string {
  const [size, one, many] = units.find(([size]) => ms > 1.5 * size) ?? units[3];
  const count = Math.max(1, Math.ceil(ms / size));
  return count === 1 ? one : `${count} ${many}`;
}
