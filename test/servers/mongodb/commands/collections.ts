import type { CollectionOptions, JournalEntry } from '../collection.js';
import { fail } from '../errors.js';
import { compileFilter } from '../query/match.js';
import { type Doc, isPlain, keyOf, toNumber } from '../query/values.js';
import { type Command, collectionName, findCollection } from './command.js';
import { changeIndex } from './indexes.js';

const optionNames = ['validator', 'validationLevel', 'validationAction'] as const;

function optionsOf(command: Doc): CollectionOptions {
  const options: Doc = {};
  for (const name of optionNames) if (command[name] !== undefined) options[name] = command[name];
  return options;
}

export const create: Command = {
  fields: [...optionNames],
  refused: [
    ...['capped', 'size', 'max', 'timeseries', 'clusteredIndex', 'viewOn', 'pipeline', 'expireAfterSeconds'],
    ...[
      'changeStreamPreAndPostImages',
      'storageEngine',
      'indexOptionDefaults',
      'autoIndexId',
      'encryptedFields',
    ],
  ],
  writes: true,
  run(request) {
    const { command, store, database } = request;
    const name = collectionName(request, 'create');
    const options = optionsOf(command);
    const existing = store.find(database, name);
    if (existing) {
      if (keyOf(existing.options) !== keyOf(options))
        fail(
          'NamespaceExists',
          `namespace ${database}.${name} already exists, but with different options: ${JSON.stringify(existing.options)}`,
        );
      return { ok: 1 };
    }
    const log: JournalEntry[] = [];
    store.create(database, name, options, log);
    store.commit(log);
    return { ok: 1 };
  },
};

export const collMod: Command = {
  fields: [...optionNames, 'index'],
  refused: [
    'expireAfterSeconds',
    'timeseries',
    'viewOn',
    'pipeline',
    'dryRun',
    'changeStreamPreAndPostImages',
  ],
  writes: true,
  run(request) {
    const { command, store } = request;
    const collection = findCollection(request, 'collMod');
    if (!collection)
      fail('NamespaceNotFound', `ns does not exist ${request.database}.${String(command.collMod)}`);
    const log: JournalEntry[] = [];
    const changes = optionsOf(command);
    if (Object.keys(changes).length) {
      const options = { ...collection.options, ...changes };
      collection.setOptions(options);
      log.push({ t: 'o', ns: collection.namespace, options });
    }
    const reply = command.index === undefined ? {} : changeIndex(collection, command.index, log);
    store.commit(log);
    return { ...reply, ok: 1 };
  },
};

export const drop: Command = {
  fields: [],
  writes: true,
  run(request) {
    const collection = findCollection(request, 'drop');
    if (!collection) return { ok: 1 };
    const log: JournalEntry[] = [];
    request.store.drop(collection, log);
    request.store.commit(log);
    return { nIndexesWas: collection.specs().length + 1, ns: collection.namespace, ok: 1 };
  },
};

export const listCollections: Command = {
  fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  run(request) {
    const { command, store, database, cursors } = request;
    const test = compileFilter((command.filter as Doc | undefined) ?? {});
    const rows = [...(store.databases.get(database)?.values() ?? [])]
      .map(({ name, options }) => ({
        name,
        type: 'collection',
        options,
        info: { readOnly: false },
        idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
      }))
      .filter(test)
      .map((row) => (command.nameOnly ? { name: row.name, type: row.type } : row));
    const batch = isPlain(command.cursor) ? toNumber(command.cursor.batchSize ?? 101) : 101;
    return cursors.first(`${database}.$cmd.listCollections`, rows, batch, false);
  },
};

export const dropDatabase: Command = {
  fields: [],
  writes: true,
  run({ store, database }) {
    const log: JournalEntry[] = [];
    const collections = [...(store.databases.get(database)?.values() ?? [])];
    for (const collection of collections) store.drop(collection, log);
    store.commit(log);
    return collections.length ? { dropped: database, ok: 1 } : { ok: 1 };
  },
};

export const listDatabases: Command = {
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  run({ command, store, database }) {
    if (database !== 'admin')
      fail('Unauthorized', 'listDatabases may only be run against the admin database.');
    const test = compileFilter((command.filter as Doc | undefined) ?? {});
    const databases = [...store.databases.keys()]
      .map((name) => ({ name, sizeOnDisk: 4096, empty: false }))
      .filter(test);
    if (command.nameOnly) return { databases: databases.map(({ name }) => ({ name })), ok: 1 };
    return { databases, totalSize: 4096 * databases.length, totalSizeMb: 0, ok: 1 };
  },
};
