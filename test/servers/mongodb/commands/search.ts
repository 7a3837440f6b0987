import { ObjectId } from 'bson';
import type { Collection, JournalEntry } from '../collection.js';
import { fail, notImplemented } from '../errors.js';
import { type Doc, isPlain, keyOf } from '../query/values.js';
import { parseDefinition } from '../search/definition.js';
import type { SearchIndex, StoredSearchIndex } from '../search/search-index.js';
import { type Command, checkPart, collectionName, findCollection, type Request } from './command.js';

/** What a server without a search node says to every command on search indexes. */
function enabled(request: Request): void {
  if (request.settings.search) return;
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
    enabled(request);
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
    for (const stored of made)
      if (!collection.search.has(stored.name)) collection.putSearchIndex(stored, log);
    request.store.commit(log);
    return { indexesCreated: made.map(({ id, name }) => ({ id, name })), ok: 1 };
  },
  writes: true,
};

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
    enabled(request);
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
    enabled(request);
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
    enabled(request);
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
