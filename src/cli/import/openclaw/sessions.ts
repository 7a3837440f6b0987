/** Conversations that an agent of OpenClaw has had: those with one person, as they were said. */
import { join } from 'node:path';
import type { Account } from '../../../access/account.js';
import type { Said } from '../../../importing.js';
import { type Fields, fieldsOf, listIn, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenAgent } from './agents.js';
import type { OpenFolder } from './folder.js';

const mostBytes = 64 * 1024 * 1024;
/** Of one conversation, the newest. */
const mostMessages = 20_000;
/** Where a platform's direct messages are said to be, as connectors have it. */
const tenants: Record<string, string> = { telegram: 'default', discord: '@me' };

export interface Conversation {
  id: string;
  whose: Account;
  said: Said[];
}

/** @param owner whose the agent's main conversation is; absent: it is left out */
export async function sessionsOf(
  { id }: OpenAgent,
  owner: Account | undefined,
  folder: OpenFolder,
  remarks: Remark[],
): Promise<Conversation[]> {
  const place = join(folder.state, 'agents', id, 'sessions');
  const names = await folder.names(place);
  const text = await folder.text(join(place, 'sessions.json'), remarks, mostBytes);
  const left = new Map<string, number>();
  const leave = (why: string) => left.set(why, (left.get(why) ?? 0) + 1);
  const index =
    text === null
      ? {}
      : parsed(text, () => leave('sessions.json is no JSON, so nobody knows whose they are'));
  const named = new Set<string>();
  const found: Conversation[] = [];
  for (const [key, entry] of Object.entries(index)) {
    const sessionId = textIn(fieldsOf(entry).sessionId);
    if (sessionId === undefined || !/^[\w.-]{1,128}$/.test(sessionId)) continue;
    const files = names.filter(
      (name) =>
        name === `${sessionId}.jsonl` || (name.startsWith(`${sessionId}-topic-`) && /\.jsonl$/.test(name)),
    );
    for (const name of files) named.add(name);
    const whose = whoseOf(key, id, owner);
    if (typeof whose === 'string') leave(whose);
    else if (files.length === 0) leave('of which the file is not there');
    else
      for (const file of files) {
        const name = file.replace(/\.jsonl$/, '');
        const said = await messagesIn(join(place, file), name, folder, remarks);
        if (said.length > 0) found.push({ id: name, whose, said });
      }
  }
  for (const name of names)
    if (/\.jsonl/.test(name) && !named.has(name))
      leave('archives, or files that sessions.json does not name');
  for (const [why, count] of left)
    remarks.push({ path: folder.nameOf(place), why: `${count} conversations: ${why}` });
  return found;
}

/** Or why it is nobody's that is known here. */
function whoseOf(key: string, agentId: string, owner: Account | undefined): Account | string {
  const own = `agent:${agentId}:`;
  const rest = key.startsWith(own) ? key.slice(own.length) : key;
  if (rest === 'main') return owner ?? 'it must be said whose they are: --owner CONNECTOR:USER';
  const [, platform, peer] = /^([a-z]+):(?:[^:]+:)?(?:dm|direct):([^:]+)$/.exec(rest) ?? [];
  const tenant = platform !== undefined && Object.hasOwn(tenants, platform) ? tenants[platform] : undefined;
  if (tenant !== undefined && /^\d{1,20}$/.test(peer!))
    return { connector: platform!, tenant, userId: peer! };
  if (/(?:^|:)(?:dm|direct):/.test(rest)) return 'with people whose account here is unknown';
  if (/:(?:group|channel|room|topic):/.test(`:${rest}`))
    return 'of groups; who said what there cannot be told apart';
  return 'jobs, hooks, heartbeats and helpers of its own; no talk with people';
}

interface Entry {
  id: string | undefined;
  parent: string | undefined;
  value: Fields;
}

async function messagesIn(
  path: string,
  sessionId: string,
  folder: OpenFolder,
  remarks: Remark[],
): Promise<Said[]> {
  const text = await folder.text(path, remarks, mostBytes);
  if (text === null) return [];
  let broken = 0;
  const entries = text.split('\n').flatMap((line): Entry[] => {
    if (line.trim() === '') return [];
    const value = parsed(line, () => broken++);
    return value.type === 'session' ? [] : [{ id: textIn(value.id), parent: textIn(value.parentId), value }];
  });
  const from = folder.nameOf(path);
  if (broken > 0) remarks.push({ path: from, why: `${broken} lines are no JSON` });
  const said = branchOf(entries).flatMap((entry, at) => {
    const one = saidIn(entry.value);
    return one ? [{ ...one, key: `session:${sessionId}:${entry.id ?? at}`, from }] : [];
  });
  if (said.length > mostMessages)
    remarks.push({ path: from, why: `only its newest ${mostMessages} messages are taken` });
  return said.slice(-mostMessages);
}

/** Entries are a tree, since people go back and ask anew: the talk is what leads to the newest of them. */
function branchOf(entries: Entry[]): Entry[] {
  const byId = new Map(entries.flatMap((one) => (one.id === undefined ? [] : [[one.id, one] as const])));
  const newest = entries.findLast(({ id }) => id !== undefined);
  // The first versions wrote no tree.
  if (!newest || !entries.some(({ parent }) => parent !== undefined)) return entries;
  const branch: Entry[] = [];
  const seen = new Set<Entry>();
  for (
    let at: Entry | undefined = newest;
    at && !seen.has(at);
    at = at.parent ? byId.get(at.parent) : undefined
  ) {
    seen.add(at);
    branch.push(at);
  }
  return branch.reverse();
}

/** Words that the program says to itself. */
const silent = /^(?:NO_REPLY|HEARTBEAT_OK|Read HEARTBEAT\.md|System: )/;

function saidIn({ type, message, timestamp }: Fields): Pick<Said, 'text' | 'at' | 'role'> | null {
  const { role, content, timestamp: own } = fieldsOf(message);
  if (type !== 'message' || (role !== 'user' && role !== 'assistant')) return null;
  const parts =
    typeof content === 'string' ? [content] : listIn(content).map((one) => partText(fieldsOf(one)));
  const whole = parts
    .filter((one) => one !== '')
    .join('\n')
    .trim();
  const text = role === 'user' ? unwrapped(whole) : whole;
  const at = timeOf(timestamp) ?? timeOf(own);
  return text === '' || silent.test(text) || at === null ? null : { text, at, role };
}

function partText({ type, text }: Fields): string {
  return type === 'text' && typeof text === 'string' ? text : '';
}

function timeOf(value: unknown): number | null {
  const at = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) && at > 0 && at < Date.now() + 86_400_000 ? Math.trunc(at) : null;
}

/** What the gateway puts around the words of a person: `[Telegram Ann id:1 2026-01-05 10:00 UTC] hello`. */
function unwrapped(text: string): string {
  return text
    .replace(/^(?:[A-Z][\w ]{0,60}\(untrusted[\w ,]{0,40}\):\s*```(?:json)?\n[\s\S]*?\n```\s*)+/, '')
    .replace(/^\[[^\]\n]{0,200}\d{1,2}:\d{2}[^\]\n]{0,40}\]\s*/, '')
    .replace(/\n?\[message_id: [^\]\n]{1,80}\]\s*$/, '')
    .trim();
}

function parsed(text: string, fail: () => void): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    fail();
    return {};
  }
}
