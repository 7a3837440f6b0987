import type { JournalEntry } from '../collection.js';
import { asServerError, fail } from '../errors.js';
import { checkHint } from '../plan.js';
import { type Doc, isNumber, toNumber } from '../query/values.js';
import { findRecords, parseFilter } from '../query-run.js';
import { checkTargeted } from '../shards.js';
import { type Command, checkPart, documentList, findCollection, type Request } from './command.js';

export const remove: Command = {
  fields: ['deletes', 'ordered', 'bypassDocumentValidation', 'stmtId', 'stmtIds'],
  writes: true,
  run(request) {
    const { command, store } = request;
    const statements = documentList(request, 'deletes', 'delete');
    const retry = store.sessions.begin(command);
    const ids = command.stmtIds as number[] | undefined;
    const writeErrors: Doc[] = [];
    const retriedStmtIds: number[] = [];
    let n = 0;
    for (const [index, statement] of statements.entries()) {
      const id = ids?.[index] ?? index;
      const log: JournalEntry[] = [];
      try {
        let result = retry?.done(id);
        if (result) retriedStmtIds.push(id);
        else {
          result = deleteStatement(request, statement, retry !== undefined, log);
          if (log.length) retry?.record(id, result, log);
        }
        n += Number(result.n);
      } catch (error) {
        writeErrors.push(asServerError(error).writeError(index));
        if (command.ordered !== false) break;
      } finally {
        store.commit(log);
      }
    }
    return {
      n,
      ...(writeErrors.length && { writeErrors }),
      ...(retriedStmtIds.length && { retriedStmtIds }),
      ok: 1,
    };
  },
};

function deleteStatement(request: Request, statement: Doc, retryable: boolean, log: JournalEntry[]): Doc {
  checkPart('delete.deletes', statement, ['q', 'limit', 'hint']);
  if (!isNumber(statement.limit))
    fail(40414, "BSON field 'delete.deletes.limit' is missing but a required field");
  const limit = toNumber(statement.limit);
  if (limit !== 0 && limit !== 1)
    fail('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
  if (retryable && limit === 0) fail('InvalidOptions', 'Cannot use retryable writes with limit=0');
  const collection = findCollection(request, 'delete');
  checkHint(collection, statement.hint);
  const filter = parseFilter(statement.q, 'delete.deletes.q');
  if (limit === 1 && collection) checkTargeted(request.store, collection.namespace, filter, 'delete');
  const records = findRecords(collection, { filter, limit });
  for (const record of records) collection!.remove(record, log);
  return { n: records.length };
}
