import type { JournalEntry } from '../collection.js';
import { asServerError, fail } from '../errors.js';
import { checkHint } from '../plan.js';
import { applyUpdate, checkUpdate, isReplacement, type Update } from '../query/update.js';
import { type Doc, sameValue } from '../query/values.js';
import { findRecords, parseFilter, parseSort } from '../query-run.js';
import { checkTargeted } from '../shards.js';
import { type Command, checkPart, collectionName, documentList, type Request } from './command.js';
import { checkDocument } from './insert.js';
import { upsert } from './upsert.js';

export const update: Command = {
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'stmtId', 'stmtIds'],
  writes: true,
  run(request) {
    const { command, store } = request;
    const statements = documentList(request, 'updates', 'update');
    const retry = store.sessions.begin(command);
    const ids = command.stmtIds as number[] | undefined;
    const writeErrors: Doc[] = [];
    const upserted: Doc[] = [];
    const retriedStmtIds: number[] = [];
    let n = 0;
    let nModified = 0;
    for (const [index, statement] of statements.entries()) {
      const id = ids?.[index] ?? index;
      if (retry && statement.multi === true)
        fail('InvalidOptions', 'Cannot use retryable writes with multi=true');
      const log: JournalEntry[] = [];
      try {
        let result = retry?.done(id);
        if (result) retriedStmtIds.push(id);
        else {
          result = updateStatement(request, statement, log);
          if (log.length) retry?.record(id, result, log);
        }
        n += Number(result.n);
        nModified += Number(result.nModified);
        if ('upserted' in result) upserted.push({ index, _id: result.upserted });
      } catch (error) {
        writeErrors.push(asServerError(error).writeError(index));
        if (command.ordered !== false) break;
      } finally {
        store.commit(log);
      }
    }
    return {
      n,
      nModified,
      ...(upserted.length && { upserted }),
      ...(writeErrors.length && { writeErrors }),
      ...(retriedStmtIds.length && { retriedStmtIds }),
      ok: 1,
    };
  },
};

const parts = ['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort'];

function updateStatement(request: Request, statement: Doc, log: JournalEntry[]): Doc {
  const { store, database, command } = request;
  checkPart('update.updates', statement, parts);
  const name = collectionName(request, 'update');
  const query = parseFilter(statement.q, 'update.updates.q');
  const change = statement.u as Update;
  const options = { arrayFilters: statement.arrayFilters as Doc[] | undefined, query };
  checkUpdate(change, options);
  if (statement.multi && isReplacement(change))
    fail('FailedToParse', 'multi update is not supported for replacement-style update');
  if (statement.multi && statement.sort) fail('FailedToParse', 'Cannot specify sort with multi=true');
  const bypass = command.bypassDocumentValidation === true;
  if (!statement.multi)
    checkTargeted(store, `${database}.${name}`, query, statement.upsert ? 'upsert' : 'update');
  const collection = store.find(database, name);
  checkHint(collection, statement.hint);
  const sort = parseSort(statement.sort);
  const records = findRecords(collection, { filter: query, sort, limit: statement.multi ? 0 : 1 });
  if (!records.length) {
    if (!statement.upsert) return { n: 0, nModified: 0 };
    const made = upsert(store.ensure(database, name, log), query, change, options, log, bypass);
    return { n: 1, nModified: 0, upserted: made._id };
  }
  let nModified = 0;
  for (const record of records) {
    const changed = applyUpdate(record.doc, change, options);
    if (sameValue(record.doc, changed)) continue;
    checkDocument(changed);
    collection!.replace(record, changed, log, bypass);
    nModified++;
  }
  return { n: records.length, nModified };
}
