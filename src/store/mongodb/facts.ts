/** What a MongoDB server says of itself besides its abilities, for whoever looks whether all is well. */
import { hello } from './abilities.js';
import { Connection, type ConnectionOptions } from './connection.js';

export interface MongoFacts {
  /** How far its clock is ahead of this machine's, in ms; null: it does not say. */
  aheadMs: number | null;
  /** False: it keeps all in memory alone. Null: it does not say. */
  persistent: boolean | null;
  /** Whether it is one of a replica set, or a cluster: only then writes are on a majority. */
  replicated: boolean;
}

/** Changes nothing. */
export async function mongoFacts(options: ConnectionOptions): Promise<MongoFacts> {
  const connection = await Connection.open(options);
  try {
    return await connection.run(async (db) => {
      const before = Date.now();
      const { localTime, setName, msg } = await hello(db);
      const after = Date.now();
      // Users without a monitoring role may not ask, and other servers do not know it.
      const status = await db.command({ serverStatus: 1 }).catch(() => null);
      return {
        aheadMs: localTime instanceof Date ? localTime.getTime() - (before + after) / 2 : null,
        persistent: (status?.storageEngine?.persistent as boolean | undefined) ?? null,
        replicated: setName !== undefined || msg === 'isdbgrid',
      };
    });
  } finally {
    await connection.close();
  }
}
