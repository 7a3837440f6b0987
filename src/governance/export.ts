/**
 * Export of a person, as lines of JSON: what they are here, what they said and what was made of it, in an order that
 * depends on nothing but what is stored. So two exports with nothing between them are the same bytes. The last line is a
 * manifest: how many rows of each kind there are, and the SHA-256 of all bytes before it. What lacks it was cut off.
 *
 * It has no words of others: not what they quote, and no summary of a group.
 */
import { createHash } from 'node:crypto';
import type { Account, PlatformWide } from '../access/account.js';
import { type Memory, roomSourceOf } from '../core/memory.js';
import type { Turn } from '../core/turn.js';
import { each } from '../store/paging.js';
import type { Store } from '../store/store.js';
import { notesOf, recordsOf } from './held.js';
import { knownOf } from './known.js';
import { spokenBy } from './spoken.js';
import { isOf, type Whom, whomOf } from './whom.js';

export interface ExportParts {
  store: Pick<Store, 'memories' | 'turns' | 'notes' | 'records' | 'files'>;
  platformWide: PlatformWide;
}

export interface Exporting {
  accounts: readonly Account[];
  /** Of this agent alone. */
  agentId?: string | undefined;
  /** The bytes of files, too. */
  files: boolean;
}

type Row = { kind: string } & Record<string, unknown>;

/** Of one line; bytes of a larger file are in several. */
const fileBytes = 512 * 1024;

/** Lines, each with its end. What is written meanwhile may be in it or not. */
export async function* exportOf(parts: ExportParts, wanted: Exporting): AsyncGenerator<string> {
  const rows: Record<string, number> = {};
  const hash = createHash('sha256');
  const line = (row: Row) => {
    rows[row.kind] = (rows[row.kind] ?? 0) + 1;
    const text = `${JSON.stringify(row)}\n`;
    hash.update(text);
    return text;
  };
  for await (const row of rowsOf(parts, wanted)) yield line(row);
  const counted = Object.fromEntries(Object.entries(rows).sort(([one], [other]) => (one < other ? -1 : 1)));
  yield `${JSON.stringify({ kind: 'manifest', rows: counted, sha256: hash.digest('hex') })}\n`;
}

async function* rowsOf(
  { store, platformWide }: ExportParts,
  { accounts, agentId, files: withBytes }: Exporting,
): AsyncGenerator<Row> {
  const { memories, files } = store;
  const named = accounts.map(({ connector, tenant, userId }) => ({ connector, tenant, userId }));
  const of = agentId === undefined ? {} : { agentId };
  yield { kind: 'export', format: 'carrier-person', version: 1, accounts: sorted(named), ...of };
  const whom = whomOf(accounts, platformWide);
  const spoken = await spokenBy(memories, whom, agentId);
  const known = await knownOf(spoken, memories, platformWide);
  const by = { before: Number.POSITIVE_INFINITY, agentId, access: agentId === undefined };
  const kept: Row[] = [];
  const attached = new Map<string, string>();
  for await (const { sort, holding, value, left } of notesOf(store, known, by))
    if (holding.shown && left === undefined) kept.push({ kind: sort, ...holding.shown(value) });
  for await (const { sort, holding, record, left } of recordsOf(store, known, by)) {
    if (!holding.shown || (left !== undefined && sort !== 'spending')) continue;
    const row: Row = { kind: sort, id: record.id, ...holding.shown(record.value) };
    if (typeof row.file === 'string' && row.file !== '') attached.set(row.file, String(row.name));
    kept.push(row);
  }
  yield* sorted(kept);
  const found = await memoriesOf(memories, whom, spoken.places, agentId);
  const ids = [...found.keys()].sort();
  for (const id of ids) {
    const memory = found.get(id)!;
    for (const { file, name } of memory.content.attachments) attached.set(file, name);
    yield shownMemory(memory, whom);
  }
  yield* turnsOf(store.turns, found);
  for (const [id, name] of [...attached].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const bytes = await files.get(id);
    if (!bytes) continue;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    yield { kind: 'file', id, name, size: bytes.length, sha256 };
    for (let from = 0; withBytes && from < bytes.length; from += fileBytes)
      yield {
        kind: 'bytes',
        id,
        from,
        base64: Buffer.from(bytes.subarray(from, from + fileBytes)).toString('base64'),
      };
  }
}

/** By id: theirs, the answers to that, and all of their direct conversations. */
async function memoriesOf(
  memories: ExportParts['store']['memories'],
  whom: Whom,
  places: Awaited<ReturnType<typeof spokenBy>>['places'],
  agentId: string | undefined,
): Promise<Map<string, Memory>> {
  const found = new Map<string, Memory>();
  for await (const memory of each((page) => memories.ofPerson({ agentId }, page))) {
    const { id, role, content } = memory;
    // An answer is younger than what it answers.
    if (isOf(memory, whom) || (role === 'assistant' && found.has(content.replyTo ?? '')))
      found.set(id, memory);
  }
  for (const { agentId, scope } of places)
    if (scope.startsWith('user_'))
      for await (const memory of each((page) => memories.inScope(agentId, scope, page)))
        found.set(memory.id, memory);
  return found;
}

function shownMemory(memory: Memory, whom: Whom): Row {
  const { id, agentId, roomId, kind, role, author, content, source, createdAt, fact, trigger } = memory;
  const { text, replyTo, attachments } = content;
  const own = isOf(memory, whom);
  return {
    ...{ kind: kind === 'message' && role === 'assistant' ? 'reply' : kind, id, agentId, roomId },
    source: roomSourceOf(source),
    ...(own && { author, messageId: source.messageId }),
    ...{ text, replyTo, createdAt },
    ...(attachments.length > 0 && {
      attachments: attachments.map(({ name, mediaType, size, file }) => ({ name, mediaType, size, file })),
    }),
    ...(fact && {
      fact: { how: fact.how, confidence: fact.confidence, since: fact.since, until: fact.until },
    }),
    ...(trigger && { trigger: trigger.kind }),
  };
}

/** Turns that answered what they said. */
async function* turnsOf(
  turns: ExportParts['store']['turns'],
  found: ReadonlyMap<string, Memory>,
): AsyncGenerator<Row> {
  const ids = new Set([...found.values()].flatMap(({ turnId }) => turnId ?? []));
  for (const id of [...ids].sort()) {
    const turn = await turns.get(id);
    if (turn?.covers.some((covered) => found.has(covered))) yield shownTurn(turn);
  }
}

function shownTurn({
  turnId,
  agentId,
  roomId,
  status,
  model,
  usage,
  startedAt,
  finishedAt,
  steps,
}: Turn): Row {
  return {
    ...{ kind: 'turn', id: turnId, agentId, roomId, status, model, usage, startedAt, finishedAt },
    steps: steps.map(({ text, actions }) => ({
      text,
      actions: actions.map(({ name, arguments: given, state, result }) => ({
        name,
        arguments: given,
        state,
        result,
      })),
    })),
  };
}

function sorted<T>(rows: readonly T[]): T[] {
  return rows
    .map((row) => ({ row, text: JSON.stringify(row) }))
    .sort((one, other) => (one.text < other.text ? -1 : 1))
    .map(({ row }) => row);
}
