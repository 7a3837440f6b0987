/** The store contract on our protocol server: standalone, without a search node. */
import { startMongoServer } from '../servers/mongodb/launch.js';
import { expiryLag, onServer } from './on-server.js';

const start = () => startMongoServer({ search: false, ttlSeconds: 1 });
onServer('the protocol server without search', null, start, { expiryLag });
