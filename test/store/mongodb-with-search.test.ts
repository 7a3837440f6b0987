/** The store contract on our protocol server: a replica set with a search node. */
import { startMongoServer } from '../servers/mongodb/launch.js';
import { expiryLag, onServer } from './on-server.js';

const start = () => startMongoServer({ replicaSet: 'rs0', searchDelayMs: 0, ttlSeconds: 1 });
onServer('the protocol server with search', null, start, { expiryLag });
