/** The store contract on FerretDB. */
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { onServer } from './on-server.js';

onServer('FerretDB', noFerretdb, startFerretdb, {
  cannot: {
    updateAtOnce: 'its updates read and then write: two at once on one document may undo each other',
  },
});
