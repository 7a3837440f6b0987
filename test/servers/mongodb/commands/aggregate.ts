import { fail, notImplemented } from '../errors.js';
import { isPlain } from '../query/values.js';
import { parseCount } from '../query-run.js';
import { type Command, collectionName } from './command.js';
import { runPipeline } from './pipeline.js';

export const aggregate: Command = {
  fields: ['pipeline', 'cursor', 'allowDiskUse', 'hint', 'bypassDocumentValidation'],
  refused: ['explain'],
  // The driver sends a write concern only with $out and $merge, which are refused.
  run(request) {
    const { command, cursors, database } = request;
    if (command.aggregate === 1) notImplemented('an aggregate on the whole database');
    const name = collectionName(request, 'aggregate');
    if (!isPlain(command.cursor))
      fail(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    const batch =
      command.cursor.batchSize === undefined ? 101 : parseCount(command.cursor.batchSize, 'batchSize');
    return cursors.first(`${database}.${name}`, runPipeline(request, name, command.pipeline), batch, false);
  },
};
