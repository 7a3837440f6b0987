import type { JournalEntry } from '../collection.js';
import { fail } from '../errors.js';
import { checkHint } from '../plan.js';
import { compileProjection } from '../query/projection.js';
import { applyUpdate, checkUpdate, type Update } from '../query/update.js';
import { type Doc, sameValue } from '../query/values.js';
import { findRecords, parseFilter, parseSort } from '../query-run.js';
import { checkTargeted } from '../shards.js';
import { type Command, collectionName, type Request } from './command.js';
import { checkDocument } from './insert.js';
import { upsert } from './upsert.js';

export const findAndModify: Command = {
  fields: [
    ...['query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert', 'arrayFilters', 'hint'],
    ...['bypassDocumentValidation', 'stmtId'],
  ],
  writes: true,
  run(request) {
    const { command, store } = request;
    const retry = store.sessions.begin(command);
    const statement = Number(command.stmtId ?? 0);
    const done = retry?.done(statement);
    if (done) return { ...done, retriedStmtId: statement, ok: 1 };
    const log: JournalEntry[] = [];
    try {
      const result = execute(request, log);
      if (log.length) retry?.record(statement, result, log);
      return { ...result, ok: 1 };
    } finally {
      store.commit(log);
    }
  },
};

function execute(request: Request, log: JournalEntry[]): Doc {
  const { command, store, database } = request;
  const name = collectionName(request, 'findAndModify' in command ? 'findAndModify' : 'findandmodify');
  const query = parseFilter(command.query, 'findAndModify.query');
  const { remove, upsert: orInsert, new: after } = command;
  if (!remove === (command.update === undefined))
    fail('FailedToParse', 'Either an update or remove=true must be specified');
  if (remove && (orInsert || after))
    fail(
      'FailedToParse',
      "Cannot specify both new=true or upsert=true and remove=true; 'remove' always returns the deleted document",
    );
  const change = command.update as Update;
  const options = { arrayFilters: command.arrayFilters as Doc[] | undefined, query };
  if (!remove) checkUpdate(change, options);
  const project = compileProjection(command.fields) ?? ((document: Doc) => document);
  checkTargeted(store, `${database}.${name}`, query, 'findAndModify');
  const collection = store.find(database, name);
  checkHint(collection, command.hint);
  const [record] = findRecords(collection, { filter: query, sort: parseSort(command.sort), limit: 1 });
  const bypass = command.bypassDocumentValidation === true;
  if (!record) {
    if (!orInsert)
      return { lastErrorObject: { n: 0, ...(!remove && { updatedExisting: false }) }, value: null };
    const made = upsert(store.ensure(database, name, log), query, change, options, log, bypass);
    const lastErrorObject = { n: 1, updatedExisting: false, upserted: made._id };
    return { lastErrorObject, value: after ? project(made) : null };
  }
  const before = record.doc;
  if (remove) {
    collection!.remove(record, log);
    return { lastErrorObject: { n: 1 }, value: project(before) };
  }
  const changed = applyUpdate(before, change, options);
  if (!sameValue(before, changed)) {
    checkDocument(changed);
    collection!.replace(record, changed, log, bypass);
  }
  return { lastErrorObject: { n: 1, updatedExisting: true }, value: project(after ? changed : before) };
}
