import { z } from 'zod';
import { hubTenant, type Principal, roleHere } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import { tokenConnector } from '../core/connector-settings.js';
import { scopeOf } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { Readers } from '../core/readers.js';
import { FatalError } from '../errors.js';
import type { Document } from '../memory/knowledge/document.js';
import { typeOfText } from '../memory/knowledge/document-type.js';
import type { Known } from '../memory/knowledge/documents.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant, page, texts } from './shapes.js';

const One = z.strictObject({ id });
const noDocument = { message: 'There is no such document.', field: 'id' };

/** Of what lies behind an address. */
const limits = { maxBytes: 32 * 1024 * 1024, timeoutMs: 60_000 };

const Shown = z.object({
  ...texts('id', 'agentId', 'name', 'state', 'mediaType', 'source', 'digest'),
  /** Where it was read, for a page or a path. */
  at: z.string().optional(),
  version: z.number(),
  /** What could not be read, or why nothing could. */
  problems: z.array(z.string()),
  pages: z.number().optional(),
  chunks: z.number(),
  size: z.number(),
  readers: Readers,
  /** It is kept for one room or person alone. */
  own: z.boolean(),
  taint: z.array(Origin).optional(),
  addedAt: instant,
  readAt: instant.optional(),
});

const readers = z
  .union([z.string().transform((text, context) => parsedReaders(text, context)), Readers])
  .pipe(Readers)
  .default({})
  .describe('who is answered from it; absent: everybody');

export const addDocument = defineOperation({
  name: 'documents.add',
  about: 'give an agent a document to know, or a new version of one, by its name',
  permission: 'documents.add',
  input: z
    .strictObject({
      agentId: id,
      name: z.string().min(1).max(250).optional().describe('absent: the last part of the address'),
      content: z.base64().optional().describe('its bytes, in Base64'),
      text: z.string().min(1).optional().describe('its text, instead of bytes'),
      url: z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .optional()
        .describe('or where it is to be fetched'),
      folder: z.string().min(1).max(1024).optional().describe('where it lies, to find what is gone there'),
      mediaType: z.string().max(127).default('application/octet-stream'),
      readers,
    })
    .refine(
      ({ content, text, url }) => [content, text, url].filter((given) => given !== undefined).length === 1,
      'takes one of content, text and url',
    )
    .refine(({ name, url }) => name !== undefined || url !== undefined, 'name: is missing'),
  example: { agentId: 'assistant', name: 'hours.md', text: 'The shop opens at nine.' },
  output: Shown.extend({ changed: z.boolean() }),
  concerns: ({ agentId }, { principal }) => ({ agentId, ...ownerOf(agentId, principal).owner }),
  audit: ({ agentId, name, url = '' }) => ({
    agentId,
    ...(name !== undefined && { name }),
    host: /^https?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url)?.[1],
  }),
  async run(input, { knowledge, agents, httpTools, principal }) {
    const { agentId, readers } = input;
    agents.get(agentId);
    const given = await givenBy(input, httpTools);
    const added = await knowledge.documents.add({
      ...{ agentId, readers, ...given, ...ownerOf(agentId, principal) },
      taint: [{ kind: input.url === undefined ? 'file' : 'page', what: input.url ?? given.name }],
    });
    return { ...shown(added.id, added.document), changed: added.changed };
  },
});

export const listDocuments = defineOperation({
  name: 'documents.list',
  about: 'documents of agents, and how far they are read; a page may be short although there is more',
  permission: 'documents.read',
  reads: true,
  input: z.strictObject({
    agentId: id.optional(),
    roomId: id.optional().describe('in a chat: those that are read there'),
    ...page,
  }),
  output: z.object({ documents: z.array(Shown), nextCursor: z.string().nullable() }),
  concerns: ({ agentId, roomId }) => ({ agentId, roomId }),
  partly: true,
  async run({ agentId, roomId, ...page }, { knowledge, principal, sees }) {
    const { items, nextCursor } = await knowledge.documents.list({ ...page, agentId });
    const here = principal.kind === 'person' && roomId === principal.roomId ? principal : null;
    const scopes =
      here &&
      (await knowledge.scopesFor(here.agentId, [{ scope: here.scope, source: sourceOf(here) }], async () =>
        roleHere(here),
      ));
    const isSeen = ({ value }: Known) =>
      scopes ? value.agentId === here!.agentId && scopes.includes(value.scope) : sees(resourceOf(value));
    return { documents: items.filter(isSeen).map(({ id, value }) => shown(id, value)), nextCursor };
  },
});

export const getDocument = defineOperation({
  name: 'documents.get',
  about: 'one of them, and what of it could not be read',
  permission: 'documents.read',
  reads: true,
  input: One,
  output: Shown,
  concerns: documentOf,
  unknown: noDocument,
  audit: (input) => input,
  run: async ({ id }, parts) => shown(id, (await found(id, parts)).value),
});

export const removeDocument = defineOperation({
  name: 'documents.remove',
  about: 'take one away, with its text, vectors and bytes',
  permission: 'documents.change',
  input: One,
  output: z.object(texts('id')),
  concerns: documentOf,
  unknown: noDocument,
  audit: (input) => input,
  async run({ id }, { knowledge }) {
    if (!(await knowledge.documents.remove(id))) throw unknown();
    return { id };
  },
});

export const rereadDocument = defineOperation({
  name: 'documents.reread',
  about: 'read one again, as it is kept; of a page, as it is now',
  permission: 'documents.change',
  input: One,
  output: Shown,
  concerns: documentOf,
  unknown: noDocument,
  audit: (input) => input,
  async run({ id }, parts) {
    const { knowledge, httpTools } = parts;
    const { value } = await found(id, parts);
    const { at, kind } = value.source;
    if (kind !== 'url' || at === undefined) return shown(id, await knowledge.documents.reread(id));
    const { name, agentId, owner, own, readers, taint } = value;
    const fetched = await givenBy({ name, url: at, mediaType: '' }, httpTools);
    const same = {
      name,
      agentId,
      owner,
      readers,
      ...(own !== undefined && { own }),
      ...(taint && { taint }),
    };
    const added = await knowledge.documents.add({ ...fetched, ...same });
    return shown(id, added.changed ? added.document : await knowledge.documents.reread(id));
  },
});

interface Given {
  name?: string | undefined;
  content?: string | undefined;
  text?: string | undefined;
  url?: string | undefined;
  folder?: string | undefined;
  mediaType: string;
}

async function givenBy(
  { name, content, text, url, folder, mediaType }: Given,
  httpTools: Pick<OperationParts['httpTools'], 'download'>,
) {
  if (url === undefined) {
    const bytes = content === undefined ? Buffer.from(text!) : Buffer.from(content, 'base64');
    const isPlain = content === undefined && mediaType === 'application/octet-stream';
    const said = isPlain ? typeOfText(name!) : mediaType;
    return {
      bytes,
      mediaType: said,
      name: name!,
      source: { kind: 'upload' as const, ...(folder !== undefined && { at: folder }) },
    };
  }
  const answer = await httpTools.download(new URL(url), false, limits);
  return {
    bytes: answer.bytes,
    mediaType: answer.mediaType || 'text/html',
    name: name ?? nameOfPage(url),
    // What stands behind a question mark may be anything, and it is asked for again.
    source: { kind: 'url' as const, at: url, got: withoutQuery(answer.url) },
  };
}

/** It may hold somebody's token. */
function withoutQuery({ origin, pathname }: URL): string {
  return origin + pathname;
}

function nameOfPage(url: string): string {
  const { host, pathname } = new URL(url);
  const path = decodedPath(pathname).replace(/\/+$/, '');
  return `${host}${path}`.slice(-250);
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What a token of a tenant gives is the tenant's, and of one for a user the user's alone. */
function ownerOf(agentId: string, principal: Principal): Pick<Document, 'owner' | 'own'> {
  if (principal.kind === 'system') return { owner: {} };
  if (principal.kind === 'person') {
    const { connector, tenant, channel, userId, scope } = principal;
    return { owner: { connector, tenant, channel, userId }, own: scope };
  }
  const { tenant, user } = principal;
  const source = { connector: tokenConnector, tenant };
  if (user !== undefined)
    return {
      owner: { ...source, userId: user },
      own: scopeOf({
        ...{ agentId, direct: true, author: { id: user } },
        source: { ...source, channel: '' },
      }),
    };
  return { owner: tenant === hubTenant ? {} : source };
}

function parsedReaders(text: string, context: z.RefinementCtx<string>): z.input<typeof Readers> {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON, such as {"role":"member"}' });
    return {};
  }
}

function sourceOf({ connector, tenant, channel }: { connector: string; tenant: string; channel: string }) {
  return { connector, tenant, channel, messageId: '' };
}

async function found(id: string, { knowledge }: Pick<OperationParts, 'knowledge'>): Promise<Known> {
  const document = await knowledge.documents.get(id);
  if (!document) throw unknown();
  return document;
}

function unknown(): FatalError {
  return new FatalError('not_found', noDocument.message, { field: noDocument.field });
}

async function documentOf({ id }: { id: string }, { knowledge }: OperationParts): Promise<Resource> {
  const document = await knowledge.documents.get(id);
  return document ? resourceOf(document.value) : {};
}

function resourceOf({ agentId, owner }: Document): Resource {
  const { connector, tenant, channel, userId } = owner;
  return {
    agentId,
    ...(connector !== undefined && { connector }),
    ...(tenant !== undefined && { tenant }),
    ...(channel !== undefined && { channel }),
    ...(userId !== undefined && { userId }),
  };
}

function shown(id: string, document: Document): z.input<typeof Shown> {
  const { agentId, name, state, mediaType, source, digest, version, problems, pages, chunks, size } =
    document;
  const { readers, own, taint, addedAt, readAt } = document;
  return {
    ...{ id, agentId, name, state, mediaType, source: source.kind, digest, version, problems, chunks, size },
    ...(source.at !== undefined && { at: source.at }),
    ...(pages !== undefined && { pages }),
    ...{ readers, own: own !== undefined, addedAt },
    ...(taint && { taint }),
    ...(readAt !== undefined && { readAt }),
  };
}
