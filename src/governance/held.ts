/** Goes through all notes and records of a store, and says which are somebody's. */
import { each } from '../store/paging.js';
import type { StoredRecord } from '../store/record-store.js';
import type { Store } from '../store/store.js';
import type { Known } from './holdings.js';
import { type NoteHolding, noteHoldings } from './note-holdings.js';
import { type RecordHolding, recordHoldings } from './record-holdings.js';

const mostNotes = 100_000;

/** `left`: it is another's, and this is what stays of it; absent: all of it is theirs. */
interface Held<Holding> {
  sort: string;
  holding: Holding;
  left?: unknown;
}
export type HeldNote = Held<NoteHolding> & { key: string; value: unknown };
export type HeldRecord = Held<RecordHolding> & { record: StoredRecord };

export interface HeldBy {
  /** What is of a later time stays (Unix ms). */
  before: number;
  /** Of this agent alone. */
  agentId?: string | undefined;
  /** Roles, links, pairings and tokens, too. */
  access: boolean;
}

export async function* notesOf(
  { notes }: Pick<Store, 'notes'>,
  known: Known,
  by: HeldBy,
): AsyncGenerator<HeldNote> {
  for (const [sort, holding] of Object.entries(noteHoldings)) {
    const { isTheirs, without, access } = holding;
    if ((!isTheirs && !without) || (access && !by.access)) continue;
    for (const { key, value } of await notes.list(`${sort}:`, mostNotes)) {
      // Many are no objects; nobody is named in those.
      const of = value ?? {};
      if (!concerns(of, by)) continue;
      if (await isTheirs?.(of, key, known)) yield { sort, holding, key, value };
      else {
        const left = without?.(of, known);
        if (left !== undefined) yield { sort, holding, key, value, left };
      }
    }
  }
}

export async function* recordsOf(
  { records }: Pick<Store, 'records'>,
  known: Known,
  by: HeldBy,
): AsyncGenerator<HeldRecord> {
  for (const [sort, holding] of Object.entries(recordHoldings)) {
    const { isTheirs, without } = holding;
    if (!isTheirs && !without) continue;
    for await (const record of each((page) => records.list(sort, page))) {
      const value = record.value ?? {};
      if (!concerns(value, by)) continue;
      if (isTheirs?.(value, record.id, known)) yield { sort, holding, record };
      else {
        const left = without?.(value, known);
        if (left !== undefined) yield { sort, holding, record, left };
      }
    }
  }
}

const times = ['linkedAt', 'pairedAt', 'createdAt', 'madeAt', 'startedAt', 'addedAt', 'askedAt', 'at'];

function concerns(value: object, { before, agentId }: HeldBy): boolean {
  const of = value as Record<string, unknown>;
  if (agentId !== undefined && of.agentId !== agentId) return false;
  const at = times.map((field) => of[field]).find((time) => typeof time === 'number');
  return at === undefined || (at as number) <= before;
}
