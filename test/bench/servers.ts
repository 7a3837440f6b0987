/** The MongoDB server that a part of the bench runs on. */
import { startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';

export interface DatabaseServer {
  name: string;
  url: string;
  pid: number | null;
  stop(): Promise<unknown>;
}

/** @param wanted `ferretdb`; `the tests`; or what to call the server at MONGODB_URL: without that, it is the one of the tests. */
export async function databaseServer(wanted?: string): Promise<DatabaseServer> {
  const { MONGODB_URL: url } = process.env;
  if (wanted === 'ferretdb') return { name: 'FerretDB 1.24 on SQLite', ...(await startFerretdb()) };
  if (url && wanted !== 'the tests')
    return { name: wanted ?? 'MONGODB_URL', url, pid: null, stop: async () => {} };
  const server = await startMongoServer({ replicaSet: 'rs0' });
  const { pid } = server;
  return { name: "the tests' MongoDB protocol server", url: server.url, pid, stop: () => server.stop() };
}
