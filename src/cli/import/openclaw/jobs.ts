/** Jobs of an OpenClaw installation. None is taken over by itself: each is shown with its next times, and how to accept it. */

import { join } from 'node:path';
import { roomIdOf } from '../../../core/memory.js';
import { datesText, whenOf } from '../../../importing.js';
import { beginningOf } from '../discreet.js';
import { type Fields, fieldsOf, listIn, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenFolder } from './folder.js';

/** A job that could be a schedule. */
export interface Job {
  name: string;
  /** As it is called here. */
  agentId: string;
  /** The next three, in words. */
  times: string;
  /** What makes a schedule of it, word by word. */
  command: string[];
}

export interface JobParts {
  folder: OpenFolder;
  /** Undefined: there is no such agent. Without an id it is that of everybody. */
  agentOf(id: string | undefined): string | undefined;
  /** Of the machine that it comes from; absent: nobody has said. */
  zone: string | undefined;
  now: number;
}

const mostBytes = 8 * 1024 * 1024;
const longestText = 4000;

export async function jobsOf({ folder, agentOf, zone, now }: JobParts, remarks: Remark[]): Promise<Job[]> {
  const path = join(folder.state, 'cron', 'jobs.json');
  const text = await folder.text(path, remarks, mostBytes);
  if (text === null) return [];
  const name = folder.nameOf(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    remarks.push({ path: name, why: 'is no JSON' });
    return [];
  }
  const found: Job[] = [];
  for (const [at, one] of (Array.isArray(value) ? value : listIn(fieldsOf(value).jobs)).entries()) {
    const job = fieldsOf(one);
    const called = beginningOf(textIn(job.name) ?? textIn(job.jobId) ?? textIn(job.id) ?? String(at), 100);
    const agentId = agentOf(textIn(job.agentId));
    const why =
      agentId === undefined
        ? 'its agent is not there any more'
        : job.enabled === false
          ? 'is turned off'
          : taken(job, called, agentId);
    if (typeof why === 'string') remarks.push({ path: `${name}: ${called}`, why });
    else found.push(why);
  }
  return found;

  function taken(job: Fields, called: string, agentId: string): Job | string {
    const { kind, text: event, message } = fieldsOf(job.payload);
    const said = textIn(kind === 'agentTurn' ? message : event);
    if (said === undefined || said.length > longestText) return 'has no text, or one that is too long';
    if (/\p{Cc}/u.test(said.replace(/[\n\t]/g, ''))) return 'has signs in its text that cannot be seen';
    const wished = wishOf(fieldsOf(job.schedule), zone);
    if (typeof wished === 'string') return wished;
    try {
      const when = whenOf(wished, now);
      if ('at' in when && when.at <= now) return `is over: ${new Date(when.at).toISOString()}`;
      const times = datesText(when, now);
      const time = 'cron' in wished ? ['--cron', wished.cron] : ['--at', wished.local];
      const to = roomOf(fieldsOf(job.delivery), agentId) ?? 'ROOM';
      const options = ['--kind', 'work', ...time, '--zone', wished.zone];
      // Behind "--" nothing is taken for an option.
      const command = ['carrier', 'schedules', 'add', ...options, '--', to, said];
      return { name: called, agentId, times, command };
    } catch (error) {
      return `has times that are none here (${(error as Error).message})`;
    }
  }
}

type Wish = { local: string; zone: string } | { cron: string; zone: string };

function wishOf({ kind, at, everyMs, expr, tz }: Fields, zone: string | undefined): Wish | string {
  if (kind === 'at') {
    const text = textIn(at) ?? '';
    // Without a zone it is UTC there, not this machine's.
    const time = Date.parse(
      /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) || !/T|\d \d/.test(text) ? text : `${text.replace(' ', 'T')}Z`,
    );
    if (Number.isNaN(time)) return 'has no time that can be read';
    return { local: new Date(time).toISOString().slice(0, 16).replace('T', ' '), zone: 'UTC' };
  }
  if (kind === 'cron') {
    const cron = textIn(expr);
    if (cron === undefined) return 'has no pattern';
    const own = textIn(tz) ?? zone;
    return own === undefined
      ? 'is meant in the time zone of the machine it comes from: say which one it was, --zone Europe/Berlin'
      : { cron, zone: own };
  }
  const minutes = Number(everyMs) / 60_000;
  if (kind !== 'every' || !Number.isInteger(minutes) || minutes < 1)
    return 'comes at times that a pattern cannot say';
  if (minutes < 60 && 60 % minutes === 0) return { cron: `*/${minutes} * * * *`, zone: 'UTC' };
  const hours = minutes / 60;
  if (Number.isInteger(hours) && hours < 24 && 24 % hours === 0)
    return { cron: `0 */${hours} * * *`, zone: 'UTC' };
  if (hours === 24) return { cron: '0 0 * * *', zone: zone ?? 'UTC' };
  return `comes every ${minutes} minutes, which a pattern cannot say`;
}

/** The room it is delivered to, where its address says that; `last` was whoever wrote last. */
function roomOf({ channel, to }: Fields, agentId: string): string | undefined {
  const [, chat, topic] = /^(?:telegram:)?(-?\d{1,20})(?::topic:(\d{1,20}))?$/.exec(textIn(to) ?? '') ?? [];
  if (channel !== 'telegram' || chat === undefined) return undefined;
  return roomIdOf(agentId, {
    ...{ connector: 'telegram', tenant: 'default', channel: chat },
    ...(topic !== undefined && { thread: topic }),
  });
}

/** As a shell takes it, whatever stands in it. */
export function typedOf(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
