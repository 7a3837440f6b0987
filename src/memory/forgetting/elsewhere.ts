/** Takes the words of what is forgotten out of all that is no memory: turns, the outbox, notes and records. */
import type { Schedule } from '../../schedules/schedule.js';
import { scheduleRecord } from '../../schedules/schedule.js';
import { all, each } from '../../store/paging.js';
import type { StoredRecord } from '../../store/record-store.js';
import type { Store } from '../../store/store.js';
import type { ForgottenWords } from './forgotten-words.js';
import { noteWords, recordWords } from './held-words.js';
import { renamed } from './trace.js';
import type { Whose } from './whose.js';

type Stores = Pick<Store, 'memories' | 'turns' | 'outbox' | 'notes' | 'records'>;

export interface Leftovers {
  words: ForgottenWords;
  whose: Whose;
  /** Of all of theirs there: the schedules, too, that say something else. */
  everything: boolean;
  scopes: ReadonlySet<string>;
  roomIds: readonly string[];
  /** When the first of it was said (Unix ms): turns before that hold nothing of it. */
  since: number;
  /** Names of files that go. */
  files: ReadonlySet<string>;
  /** Turns that held it in any case. */
  turnIds: readonly string[];
}

const mostNotes = 50_000;
const mostDue = 1000;
const mostTries = 20;

/** May be repeated. */
export async function takeOut(stores: Stores, what: Leftovers): Promise<void> {
  await takeNotes(stores, what);
  await maskRecords(stores, what);
  await dropNotices(stores, what);
  await emptyTurns(stores, what);
}

/** Theirs that say it, or all of theirs: reminders, and what the agent was to do later. */
export async function schedulesOf(
  { records }: Pick<Store, 'records'>,
  { words, whose, everything, scopes }: Pick<Leftovers, 'words' | 'whose' | 'everything' | 'scopes'>,
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  const { kind } = scheduleRecord;
  for await (const record of each((page) => records.list(kind, { ...page, group: whose.agentId }))) {
    const { scope, author, source, text } = record.value as Schedule;
    const theirs =
      author?.id === whose.userId && source?.connector === whose.connector && source.tenant === whose.tenant;
    if (theirs && scopes.has(scope) && (everything || words.echoedIn(text))) found.push(record);
  }
  return found;
}

async function takeNotes({ notes }: Stores, { words, scopes, everything }: Leftovers): Promise<void> {
  for (const [prefix, held] of Object.entries(noteWords)) {
    if (held !== 'taken') continue;
    // What others keep for themselves is only known by the words.
    const isOurs = prefix !== 'connector' && prefix !== 'plugin';
    for (const { key, value } of await notes.list(`${prefix}:`, mostNotes)) {
      const { scope } = (value ?? {}) as { scope?: string };
      const all = textsIn(value);
      const holds = all.some((text) => (isOurs ? words.echoedIn(text) : words.repeatedIn(text)));
      if (holds || (everything && scope !== undefined && scopes.has(scope))) await notes.take(key);
    }
  }
}

async function maskRecords(stores: Stores, what: Leftovers): Promise<void> {
  const { records } = stores;
  for (const record of await schedulesOf(stores, what)) await records.remove(record.kind, record.id);
  const kinds = Object.keys(recordWords).filter((kind) => recordWords[kind] === 'masked');
  for (const kind of kinds)
    for (const { id } of await all((page) => records.list(kind, page)))
      await maskRecord(records, kind, id, what);
}

async function maskRecord(
  records: Store['records'],
  kind: string,
  id: string,
  { words, scopes, roomIds }: Leftovers,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const record = await records.get(kind, id);
    if (!record) return;
    const { scope, roomId } = record.value as { scope?: string; roomId?: string };
    if (!(scope !== undefined && scopes.has(scope)) && !roomIds.includes(roomId ?? '')) return;
    const { version, ...stored } = record;
    const value = mapTexts(stored.value, (text) => words.masked(text) ?? text);
    if (JSON.stringify(value) === JSON.stringify(stored.value)) return;
    if (await records.put({ ...stored, value }, version)) return;
  }
}

/** Notices stand in the outbox alone; replies went with their memories. */
async function dropNotices(
  { outbox, memories }: Stores,
  { words, whose, roomIds }: Leftovers,
): Promise<void> {
  for (const roomId of roomIds)
    for (const { id, memory } of await outbox.due(roomId, mostDue))
      if (words.echoedIn(memory.content.text) && !(await memories.get(memory.id))) await outbox.drop(id);
  const { agentId } = whose;
  // Their texts are not listed, and they are not sent unless somebody says so.
  for (const { id, roomId, memoryId } of await all((page) =>
    outbox.list({ ...page, state: 'dead', agentId }),
  ))
    if (roomIds.includes(roomId) && !(await memories.get(memoryId))) await outbox.drop(id);
}

/** Those whose tools were given it or gave it. One that waits for a decision about such a call is over. */
async function emptyTurns(
  { turns }: Stores,
  { words, roomIds, since, turnIds, files }: Leftovers,
): Promise<void> {
  const found = new Set(turnIds);
  for (const roomId of roomIds)
    for await (const listed of each((page) => turns.list({ ...page, roomId }))) {
      const { turnId, covers, trigger, finishedAt } = listed;
      if (finishedAt < since) break;
      const taint = renamed(listed.taint, words, files);
      if (taint) await turns.edit(turnId, { taint });
      // Notices and orders cover nothing.
      if (found.has(turnId) || (covers.length === 0 && !trigger)) continue;
      const turn = await turns.get(turnId);
      if (!turn?.steps.length || !textsIn(turn.steps).some((text) => words.echoedIn(text))) continue;
      if (turn.status === 'waiting') await turns.stopWaiting(turnId);
      found.add(turnId);
    }
  for (const turnId of found) await turns.edit(turnId, { steps: [] });
}

function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  mapTexts(value, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

/** The same value with other texts; names of fields stay. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]));
}
