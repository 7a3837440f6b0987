/**
 * Document: a text that an agent was given to know, such as a handbook. It is searched by its chunks.
 *
 * - **Identity**: the agent, whose it is, the room that it is kept for, and its name. Another text under the same name is its next version.
 * - **Readers**: who is answered from it. Documents with the same readers share one scope, which no room has.
 * - **Own**: kept for one room alone, whose scope is named; such a document has no other readers.
 * - **Bytes**: a file of the store, named by a memory of the document (`head`) that no search finds.
 * - **Removed**: what is left of a document for a while, so that nothing of it comes back. It has no words.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isAtLeast, type Level, type Role } from '../../access/role.js';
import { derivedId } from '../../core/ids.js';
import { isDirect, type Memory } from '../../core/memory.js';
import { Origin } from '../../core/origin.js';
import { Readers } from '../../core/readers.js';
import { defineRecord } from '../../store/record.js';

const documentStates = ['waiting', 'reading', 'ready', 'failed', 'removed'] as const;

const Source = z.looseObject({
  /** `character`: its character names it. `message`: somebody sent it. */
  kind: z.enum(['upload', 'url', 'character', 'message']),
  /** The address, or the path that the character names. */
  at: z.string().optional(),
  /** Of a page: where it came from in the end, without a query. */
  got: z.string().optional(),
});

export const Document = z.looseObject({
  agentId: z.string(),
  name: z.string(),
  source: Source,
  /** For what management needs a right; absent parts: the whole hub. */
  owner: z.looseObject({
    connector: z.string().optional(),
    tenant: z.string().optional(),
    channel: z.string().optional(),
    userId: z.string().optional(),
  }),
  /** The scope of the room that it is kept for. */
  own: z.string().optional(),
  /** The message it came with: it goes with that. */
  from: z.string().optional(),
  readers: Readers,
  /** Where its chunks are searched. */
  scope: z.string(),
  /** SHA-256 of its bytes. */
  digest: z.string(),
  mediaType: z.string(),
  /** In bytes. */
  size: z.number(),
  /** In the `FileStore`. */
  file: z.string(),
  /** Whether it names a file that belongs to a message, and has no head. */
  borrowed: z.boolean().optional(),
  /** Memories that name its files; the last one this version's. */
  heads: z.array(z.string()),
  version: z.number(),
  state: z.enum(documentStates),
  /** What could not be read, for people; why it failed. */
  problems: z.array(z.string()),
  pages: z.number().optional(),
  /** Of the version that is searched. */
  chunks: z.number(),
  /** Readings that began and did not end. */
  tries: z.number(),
  /** Who reads it. */
  claim: z.string().optional(),
  taint: z.array(Origin).optional(),
  /** Unix ms, as what follows. */
  addedAt: z.number(),
  readAt: z.number().optional(),
  removedAt: z.number().optional(),
  /** When somebody is to look at it; absent: nobody need. */
  lookAt: z.number().optional(),
});
export type Document = z.infer<typeof Document>;

export const documentRecord = defineRecord<Document>({
  kind: 'document',
  schema: Document,
  group: ({ agentId, state }) => (state === 'removed' ? undefined : agentId),
  due: ({ lookAt }) => lookAt,
});

/** Whose a document is, and how it is called. */
export interface Identity {
  agentId: string;
  owner: Document['owner'];
  own?: string | undefined;
  name: string;
}

export function documentIdOf({ agentId, owner, own = '', name }: Identity): string {
  const { connector = '', tenant = '', userId = '' } = owner;
  return derivedId('doc', agentId, connector, tenant, userId, own, name);
}

/** Readers, and the tenant that they are of; absent: documents of the hub itself. */
export interface ReaderSet {
  readers: Readers;
  within?: { connector: string; tenant: string } | undefined;
}

/** The scope of all documents with these readers. */
export function scopeOfReaders(
  agentId: string,
  { readers: { role, places = [] }, within }: ReaderSet,
): string {
  const named = places.map(({ connector, tenant = '', channel = '' }) => [connector, tenant, channel]);
  const of = within ? [within.connector, within.tenant] : [];
  return derivedId('docs', agentId, 'readers', role ?? '', JSON.stringify(named.sort()), ...of);
}

/** The scope of documents that are kept for a room. */
export function ownScope(agentId: string, scope: string): string {
  return derivedId('docs', agentId, 'own', scope);
}

/** Where a question is asked, and by whom. */
export interface Asked {
  source: Pick<Memory['source'], 'connector' | 'tenant' | 'channel'>;
  /** Of the room. */
  scope: string;
  role: Role;
}

/** Whether they may be answered from it there. A room is only as open as its least reader: there its place must be named. */
export function mayRead({ readers: { role, places }, within }: ReaderSet, asked: Asked): boolean {
  if (within && !isWithin(within, asked.source)) return false;
  const here = places?.some((place) => isWithin(place, asked.source));
  if (role === undefined) return here !== false;
  if (!isAtLeast(asked.role, role)) return false;
  return here ?? isDirect(asked.scope) === true;
}

function isWithin({ connector, tenant, channel }: Level, source: Asked['source']): boolean {
  return (
    connector === source.connector &&
    (tenant === undefined || tenant === source.tenant) &&
    (channel === undefined || channel === source.channel)
  );
}

/** For a page: what was asked for, and where it came from. Undefined: it is none. */
export function pageOf({ source: { kind, at, got = at } }: Pick<Document, 'source'>) {
  const isPage = kind === 'url' || (kind === 'character' && /^https?:/i.test(at ?? ''));
  return isPage && at !== undefined && got !== undefined ? { asked: at, got } : undefined;
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** As it is shown and cited: a line without what could end it, or look like something else. */
export function documentName(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 250);
}

/** Memories that name its file, as it is now. */
export function headsOf({ borrowed, heads }: Pick<Document, 'borrowed' | 'heads'>): string[] {
  return borrowed ? [] : heads.slice(-1);
}
