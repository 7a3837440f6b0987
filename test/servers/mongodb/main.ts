import { parseArgs } from 'node:util';
import { MongoServer } from './server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    'replica-set': { type: 'string' },
    cluster: { type: 'boolean', default: false },
    'no-search': { type: 'boolean', default: false },
    'search-delay-ms': { type: 'string', default: '200' },
    'search-lag-ms': { type: 'string', default: '0' },
    'search-indexes': { type: 'string', default: '0' },
    'ignored-indexes': { type: 'string', default: '' },
    'index-lock-ms': { type: 'string', default: '0' },
    'ttl-seconds': { type: 'string', default: '60' },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});

if (!values.data) {
  process.stderr.write('usage: main.ts --data DIR [--port N] [--replica-set NAME] [--no-search]\n');
  process.exit(2);
}

const server = new MongoServer(values.data, {
  host: '127.0.0.1',
  port: Number(values.port),
  replicaSet: values['replica-set'],
  cluster: values.cluster,
  search: !values['no-search'],
  searchDelayMs: Number(values['search-delay-ms']),
  searchLagMs: Number(values['search-lag-ms']),
  searchIndexes: Number(values['search-indexes']),
  searchManagementCode: 0,
  ignoredIndexes: values['ignored-indexes'].split(',').filter(Boolean),
  indexLockMs: Number(values['index-lock-ms']),
  ttlSeconds: Number(values['ttl-seconds']),
});

async function stop(): Promise<void> {
  await server.close();
  process.exit(0);
}

process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
if (values['exit-with-parent']) {
  process.stdin.resume();
  process.stdin.once('end', () => void stop());
}

const port = await server.listen();
process.stdout.write(`listening on ${port}\n`);
