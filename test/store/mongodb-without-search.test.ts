/** The store contract on our protocol server: standalone, without a search node, and encrypted field by field. */
import { ringOf } from '../encryption/sealed-database.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { expiryLag, onServer } from './on-server.js';

const start = () => startMongoServer({ search: false, ttlSeconds: 1 });
onServer('the protocol server without search, encrypted', null, start, { expiryLag }, ringOf('k1'));
