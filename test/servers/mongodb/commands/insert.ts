import { calculateObjectSize, ObjectId } from 'bson';
import type { Collection, JournalEntry } from '../collection.js';
import { asServerError, fail } from '../errors.js';
import type { Doc } from '../query/values.js';
import { type Command, collectionName, documentList } from './command.js';

export const MAX_DOCUMENT = 16 * 1024 * 1024;

export function checkDocument(doc: Doc): void {
  if (Array.isArray(doc._id)) fail('InvalidIdField', "The '_id' value cannot be of type array");
  if (doc._id === undefined) fail('InvalidIdField', "The '_id' value cannot be of type undefined");
  const dollar = Object.keys(doc).find((key) => key.startsWith('$'));
  if (dollar)
    fail(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not valid for storage.`,
    );
  if (calculateObjectSize(doc) > MAX_DOCUMENT)
    fail('BSONObjectTooLarge', `object to insert too large. size in bytes exceeds ${MAX_DOCUMENT}`);
}

export function insertOne(collection: Collection, given: Doc, log: JournalEntry[], bypass = false): Doc {
  const { _id = new ObjectId(), ...rest } = given;
  const doc = { _id, ...rest };
  checkDocument(doc);
  collection.insert(doc, log, bypass);
  return doc;
}

export const insert: Command = {
  fields: ['documents', 'ordered', 'bypassDocumentValidation', 'stmtId', 'stmtIds'],
  writes: true,
  run(request) {
    const { command, store, database } = request;
    const documents = documentList(request, 'documents', 'insert');
    const retry = store.sessions.begin(command);
    const name = collectionName(request, 'insert');
    const statements = command.stmtIds as number[] | undefined;
    const log: JournalEntry[] = [];
    const writeErrors: Doc[] = [];
    const retriedStmtIds: number[] = [];
    let n = 0;
    for (const [index, document] of documents.entries()) {
      const statement = statements?.[index] ?? index;
      if (retry?.done(statement)) {
        n++;
        retriedStmtIds.push(statement);
        continue;
      }
      try {
        const collection = store.ensure(database, name, log);
        insertOne(collection, document, log, command.bypassDocumentValidation === true);
        retry?.record(statement, { n: 1 }, log);
        n++;
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
