/** A collection whose documents are sealed as they are written and opened as they are read. */
import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';
import { FatalError } from '../../errors.js';
import type { SealedName } from './sealed-fields.js';
import type { Sealing } from './sealing.js';

/** What neither writes values nor reads any that may be sealed. */
const untouched = new Set([
  ...['countDocuments', 'deleteOne', 'deleteMany', 'distinct', 'estimatedDocumentCount'],
  ...['createSearchIndex', 'dropSearchIndex', 'listSearchIndexes', 'updateSearchIndex'],
]);

/** The method as it is to be called; what is not named here is refused, lest something be written in the clear. */
export function sealedMethod(
  collection: Collection,
  name: SealedName,
  sealing: Sealing,
  method: string,
): unknown {
  const sealed = (document: Document, _id?: unknown) => sealing.document(name, document, _id ?? document._id);
  const opened = (document: Document) => sealing.open(name, document);
  const updated = (filter: Document, update: Document) => sealing.update(name, filter, update);
  const methods: Record<string, (...args: never[]) => unknown> = {
    find: (...args: Parameters<Collection['find']>) => collection.find(...args).map(opened),
    async findOne(...args: Parameters<Collection['findOne']>) {
      const found = await collection.findOne(...args);
      return found && opened(found);
    },
    aggregate: (...args: Parameters<Collection['aggregate']>) => collection.aggregate(...args).map(opened),
    insertOne: (document: Document, ...more: object[]) => collection.insertOne(sealed(document), ...more),
    insertMany: (documents: Document[], ...more: object[]) =>
      collection.insertMany(
        documents.map((one) => sealed(one)),
        ...more,
      ),
    replaceOne: (filter: Document, document: Document, ...more: object[]) =>
      collection.replaceOne(filter, sealed(document, filter._id), ...more),
    updateOne: (filter: Document, update: Document, ...more: object[]) =>
      collection.updateOne(filter, updated(filter, update), ...more),
    updateMany: (filter: Document, update: Document, ...more: object[]) =>
      collection.updateMany(filter, updated(filter, update), ...more),
    bulkWrite: (operations: AnyBulkWriteOperation[], ...more: object[]) =>
      collection.bulkWrite(operations.map(write), ...more),
  };
  function write(operation: AnyBulkWriteOperation): AnyBulkWriteOperation {
    const [[kind, of]] = Object.entries(operation) as [[string, Document]];
    if (kind === 'insertOne') return { insertOne: { ...of, document: sealed(of.document) } };
    if (kind === 'replaceOne')
      return { replaceOne: { ...of, replacement: sealed(of.replacement, of.filter._id) } } as never;
    if (kind === 'updateOne' || kind === 'updateMany')
      return { [kind]: { ...of, update: updated(of.filter, of.update) } } as never;
    return operation;
  }
  const found = methods[method];
  if (found) return found;
  const value = Reflect.get(collection, method, collection);
  if (typeof value !== 'function') return value;
  if (untouched.has(method)) return value.bind(collection);
  throw new FatalError('internal', `"${method}" of the collection "${name}" does not know what to seal.`);
}
