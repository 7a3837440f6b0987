/**
 * How memories and turns lie in the database. All that belongs to a room is in one collection, `memories`:
 *
 * - a **memory** is a document under its id;
 * - a **turn** is a document too: that of its reply, or, for a silent turn, one without a memory. It holds the turn,
 *   the outbox entry and the covered ids, so inserting it commits them all;
 * - a **checkpoint** is a field of the first message it covers, so it ends with that message's wait;
 * - a **trigger** is a memory too. Workers of before there were triggers may be at work beside: a document's kind is
 *   `turn` to them, which they recall nowhere, and its `open` is below all that their claims look at.
 *
 * `ingest` is unique: the ingestion key of a memory, the turn's id for a turn. That is why a key has one memory and
 * a turn one commit. `open` is there only on what a claim must see, so one query sees it all.
 */
import type { Binary, Filter } from 'mongodb';
import { derivedId, newId } from '../../core/ids.js';
import { indexedText } from '../../core/indexed-text.js';
import type { Memory, MemoryKind, MemoryStatus, Source, SourceKey } from '../../core/memory.js';
import { roomSourceOf } from '../../core/memory.js';
import type { Trigger } from '../../core/trigger.js';
import { type OutboundMessage, readSteps, type Turn, type TurnCheckpoint } from '../../core/turn.js';
import type { Due, Failing, Undelivered } from '../outbox.js';
import { termsOf, wordsVersion } from './terms.js';

/** What a claim must see, in the order it looks at it. */
export const Open = {
  /** A turn of a trigger, whose marks are not all made. */
  triggered: -3,
  /** A pending trigger, perhaps with a checkpoint. */
  trigger: -2,
  /** A failed turn whose messages are not all pending again. */
  reopening: -1,
  /** A turn whose messages are not all marked. */
  turn: 0,
  /** A pending message that holds a checkpoint. */
  checkpoint: 1,
  /** A pending message. */
  message: 2,
} as const;

/** Older hubs do not read `replaces` and send such a message as one of its own. */
interface StoredOutbound
  extends Pick<OutboundMessage, 'id' | 'attempts' | 'createdAt' | 'replaces' | 'replaceable'> {
  to: StoredSource;
  answers: StoredSource[];
  /** JSON, where it is not the reply of this document. */
  memory?: string;
  error?: { code: string; message: string };
  failing?: Failing;
}

/** Metadata is JSON text: its keys are a platform's, and not every server takes dots or dollars in field names. */
type StoredSource = Omit<Source, 'metadata'> & { metadata?: string };

/** Older workers know `done` and `failed` alone; `state` is there where it says more than these. */
export type StoredTurn = Omit<Turn, 'status'> & { status: 'done' | 'failed'; state?: 'waiting' | 'stopped' };

export interface MemoryDocument {
  _id: string;
  ingest: string;
  agentId: string;
  roomId: string;
  /** `turn`: a turn without a reply, or with a forgotten one, or a trigger. */
  kind: MemoryKind | 'turn';
  status: MemoryStatus;
  turnId: string | null;
  createdAt: number;
  // The rest of a memory; absent in a turn without one, so that nothing recalls it.
  scope?: string;
  role?: Memory['role'];
  author?: Memory['author'];
  content?: Memory['content'];
  source?: StoredSource;
  asker?: Memory['asker'];
  taint?: Memory['taint'];
  fact?: Memory['fact'];
  summary?: Memory['summary'];
  chunk?: Memory['chunk'];
  open?: (typeof Open)[keyof typeof Open];
  checkpoint?: Omit<TurnCheckpoint, 'roomId' | 'trigger'>;
  turn?: StoredTurn;
  trigger?: Trigger;
  /** Of a turn that waits and has no decision: Unix ms. */
  waitsUntil?: number;
  /** Documents of failed turns it was covered by that ran again: their marks, should they come late, are void. */
  reopened?: string[];
  /** Present until the reply is delivered or given up. */
  due?: true;
  outbox?: StoredOutbound;
  /** JSON: what the platform calls the delivered reply. */
  receipt?: string;
  /** Words as the index knows them; see `terms.ts`. */
  terms?: string[];
  /** Has a text that can have vectors. */
  embeds?: true;
  /**
   * What was made of the text: which embedders' vectors are there, by key (`embedders.ts`). `text` says which edit the
   * content is of (`windows.ts`): whatever changes it puts another one there. `terms` is the version of the words: older
   * hubs, which do not say it, put another `has` there with every edit, so that what they have indexed never has it.
   */
  has?: { text?: string; terms?: number; [embedder: string]: true | string | number | undefined };
  vectors?: Record<string, Binary | number[]>;
  /** Where encryption is on, see `sealing.ts`. */
  key?: string;
  keys?: string[];
  /** From when on the server's TTL monitor removes it; see `expiry.ts`. */
  expiresAt?: Date;
}

/** `has.text` of what nobody has edited. */
const unedited = '0';

/** Replies that are neither sent again nor dropped. */
export const givenUp: Filter<MemoryDocument> = {
  'outbox.error': { $exists: true },
  due: { $exists: false },
};

/**
 * No turn and no delivery works on it. What is done in the background leaves out the others until then: some servers lose
 * one of two changes of a document that come at once, and a reply whose delivery is forgotten is sent again.
 */
export const settled = { open: { $exists: false }, due: { $exists: false } };

/** What `memoryOf` needs. Vectors, terms and steps are much larger. */
export const memoryFields = {
  ...{ agentId: 1, roomId: 1, scope: 1, kind: 1, role: 1, author: 1, content: 1, source: 1 },
  ...{ status: 1, turnId: 1, createdAt: 1, trigger: 1, asker: 1, taint: 1 },
  ...{ fact: 1, summary: 1, chunk: 1 },
} as const;

/** A copy: the caller's object stays the caller's. */
export function documentOf(memory: Memory): MemoryDocument {
  const { id, source, ...rest } = copied(memory);
  const isTrigger = rest.kind === 'trigger';
  const document: MemoryDocument = {
    _id: id,
    ingest: ingestionId({ ...memory.source, agentId: memory.agentId }),
    ...rest,
    ...(isTrigger && { kind: 'turn' }),
    source: storedSource(source),
    has: { text: unedited, terms: wordsVersion },
  };
  if (rest.status === 'pending') document.open = isTrigger ? Open.trigger : Open.message;
  if (indexedText(memory) !== '') {
    document.embeds = true;
    document.terms = termsOf(memory);
  }
  return document;
}

export function memoryOf(document: MemoryDocument): Memory {
  const { _id, agentId, roomId, scope, role, author, content, source, status, turnId, createdAt } = document;
  const { trigger, asker, taint, fact, summary, chunk } = document;
  const kind = trigger ? 'trigger' : (document.kind as MemoryKind);
  return {
    ...{ id: _id, agentId, roomId, scope: scope!, kind, role: role!, author: author! },
    ...{ content: content!, source: sourceOf(source!), status, turnId, createdAt },
    ...(trigger && { trigger }),
    ...(asker && { asker }),
    ...(taint && { taint }),
    ...(fact && { fact }),
    ...(summary && { summary }),
    ...(chunk && { chunk }),
  };
}

/** The document whose insertion is the commit. */
export function turnDocumentOf(
  turn: Turn,
  reply: Memory | null,
  outbound: OutboundMessage | null,
): MemoryDocument {
  const { agentId, roomId, turnId, finishedAt } = turn;
  const { open: _, ...base }: MemoryDocument = reply
    ? documentOf(reply)
    : {
        _id: newId(),
        ingest: '',
        agentId,
        roomId,
        kind: 'turn',
        status: 'kept',
        turnId,
        createdAt: finishedAt,
      };
  const document: MemoryDocument = { ...base, ingest: turnId, turn: storedTurn(turn) };
  if (turn.covers.length > 0) document.open = turn.trigger ? Open.triggered : Open.turn;
  if (turn.status === 'waiting') document.waitsUntil = turn.waitsUntil ?? 0;
  if (outbound) {
    document.due = true;
    document.outbox = storedOutbound(outbound);
    if (outbound.memory.id !== reply?.id) document.outbox.memory = JSON.stringify(outbound.memory);
  }
  return document;
}

/** Without its memory. */
export function storedOutbound(outbound: Omit<OutboundMessage, 'memory'>): StoredOutbound {
  const { id, to, answers, attempts, createdAt, replaces, replaceable } = outbound;
  return {
    ...{ id, attempts, createdAt, to: storedSource(to), answers: answers.map(storedSource) },
    ...(replaces !== undefined && { replaces }),
    ...(replaceable && { replaceable }),
  };
}

export function outboundOf(document: MemoryDocument): Due {
  const { agentId, roomId, turnId } = document;
  const { id, attempts, createdAt, to, answers, memory, failing, replaces, replaceable } = document.outbox!;
  return {
    ...{ id, agentId, roomId, turnId: turnId!, memory: memory ? JSON.parse(memory) : memoryOf(document) },
    ...{ to: sourceOf(to), answers: answers.map(sourceOf), attempts, createdAt },
    ...(replaces !== undefined && { replaces }),
    ...(replaceable && { replaceable }),
    ...(failing && { failing }),
  };
}

export function undeliveredOf({ _id, agentId, roomId, turnId, outbox }: MemoryDocument): Undelivered {
  const { id, attempts, createdAt, memory, to, error = null, failing = null } = outbox!;
  return {
    ...{ id, agentId, roomId, turnId: turnId!, memoryId: memory ? JSON.parse(memory).id : _id },
    ...{ to: roomSourceOf(to), attempts, error, failing, createdAt },
  };
}

export function checkpointOf({ roomId, checkpoint }: MemoryDocument): TurnCheckpoint {
  const { turnId, agentId, covers, steps, tries } = checkpoint!;
  return { turnId, roomId, agentId, covers, steps, ...(tries && { tries }) };
}

function storedTurn(turn: Turn): StoredTurn {
  const { status, ...rest } = copied(turn);
  if (status === 'waiting' || status === 'stopped') return { ...rest, status: 'done', state: status };
  return { ...rest, status };
}

/** What is listed has no steps. */
export function turnOf({ state, ...turn }: StoredTurn): Turn {
  return { ...turn, status: state ?? turn.status, ...(turn.steps && { steps: readSteps(turn.steps) }) };
}

export function ingestionId({ agentId, connector, tenant, messageId }: SourceKey): string {
  return derivedId('in', agentId, connector, tenant, messageId);
}

function storedSource({ metadata, ...source }: Source): StoredSource {
  return metadata === undefined ? source : { ...source, metadata: JSON.stringify(metadata) };
}

function sourceOf({ metadata, ...source }: StoredSource): Source {
  return metadata === undefined ? source : { ...source, metadata: JSON.parse(metadata) };
}

/** As it would come back from JSON: undefined fields are gone. */
export function copied<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export function oldestFirst(a: MemoryDocument, b: MemoryDocument): number {
  return a._id < b._id ? -1 : 1;
}
