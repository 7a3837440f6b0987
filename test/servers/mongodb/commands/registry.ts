import { aggregate } from './aggregate.js';
import { collMod, create, drop, dropDatabase, listCollections, listDatabases } from './collections.js';
import type { Command } from './command.js';
import { remove } from './delete.js';
import { count, distinct, explain, find, getMore, killCursors } from './find.js';
import { findAndModify } from './find-and-modify.js';
import {
  buildInfo,
  configureFailPoint,
  connectionStatus,
  endSessions,
  getParameter,
  hello,
  ping,
  replSetStepDown,
  serverStatus,
  setParameter,
} from './handshake.js';
import { createIndexes, dropIndexes, listIndexes } from './indexes.js';
import { insert } from './insert.js';
import { createSearchIndexes, dropSearchIndex, listSearchIndexes, updateSearchIndex } from './search.js';
import { collStats, shardCollection } from './sharding.js';
import { update } from './update.js';

/** Every command there is. Any other is refused as a real server refuses one it does not have. */
export const commands = new Map<string, Command>(
  Object.entries({
    ...{ hello, isMaster: hello, ismaster: hello, ping, buildInfo, buildinfo: buildInfo, serverStatus },
    ...{ connectionStatus, endSessions, getParameter, setParameter, configureFailPoint, replSetStepDown },
    ...{ insert, update, delete: remove, findAndModify, findandmodify: findAndModify },
    ...{ find, count, distinct, getMore, killCursors, aggregate, explain },
    ...{ create, collMod, drop, dropDatabase, listCollections, listDatabases },
    ...{ createIndexes, dropIndexes, listIndexes, shardCollection, collStats },
    ...{ createSearchIndexes, updateSearchIndex, dropSearchIndex, listSearchIndexes },
  }),
);
