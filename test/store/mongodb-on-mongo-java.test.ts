/** The store contract on mongo-java-server. */
import { noMongoJava, startMongoJava } from '../servers/mongo-java.js';
import { expiryLag, onServer } from './on-server.js';

onServer('mongo-java-server', noMongoJava, startMongoJava, { expiryLag });
