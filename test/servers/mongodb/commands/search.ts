import { ObjectId } from 'bson';
import type { Collection, JournalEntry } from '../collection.js';
import { fail, notImplemented } from '../errors.js';
import { type Doc, isPlain, keyOf } from '../query/values.js';
import { parseDefinition } from '../search/definition.js';
import type { SearchIndex, StoredSearchIndex } from '../search/search-index.js';
import { type Command, checkPart, collectionName, findCollection, type Request } from './command.js';

const managementAway: Record<number, string> = {
  13: 'not authorized on the database to manage search indexes',
  59: 'no such command',
  125: 'Error connecting to Search Index Management service.',
};

/** What is said to every command on search indexes: without a search node, and while it cannot be reached. */
export function manageable({ settings }: Pick<Request, 'settings'>): void {
  const { search, searchManagementCode: code } = settings;
  if (code) fail(code, managementAway[code] ?? 'search indexes cannot be managed');
  if (search) return;
  fail(
    'SearchNotEnabled',
    'Search index commands require additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable. For more information on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs.',
  );
}

function existing(request: Request, name: string): Collection {
  const collection = findCollection(request, name);
  if (!collection)
    fail(
      'NamespaceNotFound',
      `Collection '${request.database}.${collectionName(request, name)}' does not exist.`,
    );
  return collection;
}

function readyAt({ settings }: Request): Date {
  return new Date(Date.now() + settings.searchDelayMs);
}

export const createSearchIndexes: Command = {
  fields: ['indexes'],
  run(request) {
    manageable(request);
    const collection = existing(request, 'createSearchIndexes');
    const given = request.command.indexes as Doc[];
    if (!Array.isArray(given) || !given.length) fail('BadValue', 'indexes cannot be empty');
    const log: JournalEntry[] = [];
    const made: StoredSearchIndex[] = [];
    for (const one of given) {
      checkPart('createSearchIndexes.indexes', one, ['name', 'type', 'definition']);
      const { name = 'default', type = 'search', definition } = one;
      parseDefinition(type, definition);
      const before = collection.search.get(String(name));
      if (before && (before.stored.type !== type || keyOf(before.stored.definition) !== keyOf(definition)))
        fail(
          'IndexAlreadyExists',
          `Index ${String(name)} already exists with a different definition. Drop it first if needed.`,
        );
      made.push(
        before?.stored ?? {
          id: new ObjectId().toHexString(),
          name: String(name),
          type: type as 'search',
          definition: definition as Doc,
          version: 0,
          createdAt: new Date(),
          readyAt: readyAt(request),
        },
      );
    }
    const more = made.filter(({ name }) => !collection.search.has(name)).length;
    if (request.settings.searchIndexes && countSearchIndexes(request) + more > request.settings.searchIndexes)
      fail('IllegalOperation', 'The maximum number of FTS indexes has been reached for this instance size.');
    for (const stored of made)
      if (!collection.search.has(stored.name)) collection.putSearchIndex(stored, log);
    request.store.commit(log);
    return { indexesCreated: made.map(({ id, name }) => ({ id, name })), ok: 1 };
  },
  writes: true,
};

/** Of all databases, as an Atlas cluster counts them. */
function countSearchIndexes({ store }: Request): number {
  const collections = [...store.databases.values()].flatMap((database) => [...database.values()]);
  return collections.reduce((total, { search }) => total + search.size, 0);
}

function named(collection: Collection, command: Doc): SearchIndex {
  const { id, name } = command;
  if ((id === undefined) === (name === undefined))
    fail('BadValue', 'exactly one of id and name must be given');
  const index = [...collection.search.values()].find(
    ({ stored }) => stored.id === id || stored.name === name,
  );
  if (!index) fail('IndexNotFound', `Index '${String(name ?? id)}' does not exist.`);
  return index;
}

export const updateSearchIndex: Command = {
  fields: ['id', 'name', 'definition'],
  run(request) {
    manageable(request);
    const collection = existing(request, 'updateSearchIndex');
    const index = named(collection, request.command);
    const { definition } = request.command;
    parseDefinition(index.stored.type, definition);
    const { previous: _, ...stored } = index.stored;
    const log: JournalEntry[] = [];
    collection.putSearchIndex(
      {
        ...stored,
        definition: definition as Doc,
        version: stored.version + 1,
        readyAt: readyAt(request),
        ...(index.built && { previous: stored.definition }),
      } as StoredSearchIndex,
      log,
    );
    request.store.commit(log);
    return { ok: 1 };
  },
  writes: true,
};

export const dropSearchIndex: Command = {
  fields: ['id', 'name'],
  run(request) {
    manageable(request);
    const collection = existing(request, 'dropSearchIndex');
    const log: JournalEntry[] = [];
    collection.dropSearchIndex(named(collection, request.command).stored.name, log);
    request.store.commit(log);
    return { ok: 1 };
  },
  writes: true,
};

/** The command behind the stage of that name, which only a search node's own protocol has. */
export const listSearchIndexes: Command = {
  fields: ['id', 'name'],
  run(request) {
    manageable(request);
    const { id, name } = request.command;
    const collection = findCollection(request, 'listSearchIndexes');
    if (id !== undefined && !isPlain(id) && typeof id !== 'string') notImplemented('an id that is no string');
    const firstBatch = [...(collection?.search.values() ?? [])]
      .map((index) => index.describe())
      .filter(
        (index) => (id === undefined || index.id === id) && (name === undefined || index.name === name),
      );
    return {
      cursor: { id: 0, ns: `${request.database}.${String(request.command.listSearchIndexes)}`, firstBatch },
      ok: 1,
    };
  },
};
