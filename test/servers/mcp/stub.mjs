// A server of the Model Context Protocol on standard input and output, that does what no good one does: written by hand,
// since the SDK keeps servers from it. What it does stands in its argument, JSON; its tools are named for what they do.
import { appendFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const options = JSON.parse(process.argv[2] ?? '{}');
const object = { type: 'object', properties: {} };
const names = 'echo env append slow die hang twice flood mutter fail relist meta cancelled image trap'.split(
  ' ',
);
let tools =
  options.tools ?? names.map((name) => ({ name, description: `Does ${name}.`, inputSchema: object }));
const cancelled = [];
let rounds = 0;

const say = (message) => writeSync(1, `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const complete = options.modern ? { resultType: 'complete' } : {};
const answer = (id, result) => say({ id, result: { ...complete, ...result } });
const text = (id, said, more) => answer(id, { content: [{ type: 'text', text: said }], ...more });
const changed = () => {
  const meta =
    subscription === undefined ? {} : { _meta: { 'io.modelcontextprotocol/subscriptionId': subscription } };
  say({ method: 'notifications/tools/list_changed', params: meta });
};
let subscription;

function list(id, { cursor } = {}) {
  if (options.log) appendFileSync(options.log, 'list\n');
  const page = options.pages?.[cursor ?? ''];
  const result = page ?? { tools };
  answer(id, { ...result, ...(options.modern && { ttlMs: 0, cacheScope: 'private' }) });
}

const calls = {
  echo: (id, { said = 'nothing' }) => text(id, String(said)),
  env: (id) => text(id, JSON.stringify(process.env)),
  append(id, { file, after }) {
    appendFileSync(file, 'called\n');
    if (after === 'die') process.kill(process.pid, 'SIGKILL');
    if (after !== 'hang') text(id, 'appended');
  },
  slow(id, { ms, everyMs }, { progressToken }) {
    let progress = 0;
    const telling =
      everyMs &&
      setInterval(() => {
        if (progressToken !== undefined)
          say({ method: 'notifications/progress', params: { progressToken, progress: ++progress } });
      }, everyMs);
    setTimeout(() => {
      clearInterval(telling);
      text(id, `done after ${progress}`);
    }, ms);
  },
  die(_id, { words = 'out of memory' }) {
    writeSync(2, `${words}\n`);
    process.exit(3);
  },
  hang() {},
  twice(id) {
    text(id, 'first');
    text(id, 'second');
  },
  flood(_id, { line }) {
    for (;;) writeSync(1, line);
  },
  mutter(id, { bytes }) {
    writeSync(2, `${'x'.repeat(1023)}\n`.repeat(bytes / 1024));
    writeSync(2, '\x1b[31mred\x1b[0m \u202Eturned\nlast words\n');
    text(id, 'muttered');
  },
  fail: (id, more) => text(id, 'disk full', { isError: true, structuredContent: { error: 'x' }, ...more }),
  relist(id, { names, times = 1, description = 'Changed.' }) {
    tools = names.map((name) => ({ name, description, inputSchema: object }));
    for (let i = 0; i < times; i++) changed();
    text(id, 'changed');
  },
  meta: (id, _, meta) => text(id, JSON.stringify(meta)),
  cancelled: (id) => text(id, JSON.stringify(cancelled)),
  image: (id, { data = 'iVBORw0KGgo=' }) =>
    answer(id, { content: [{ type: 'image', mimeType: 'image/png', data }] }),
  // Asks for input without end.
  trap: (id) => say({ id, result: { resultType: 'input_required', requestState: `round ${++rounds}` } }),
};

function take({ id, method, params = {} }) {
  if (options.dieAt === method) process.exit(1);
  if (options.silentAt === method) return;
  switch (method) {
    case 'server/discover':
      if (!options.modern) return say({ id, error: { code: -32601, message: 'Method not found' } });
      return answer(id, {
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: { listChanged: true } },
        ttlMs: 0,
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'stub', version: '2' } },
      });
    case 'initialize':
      if (options.modern) return say({ id, error: { code: -32601, message: 'Method not found' } });
      return answer(id, {
        protocolVersion: '2025-11-25',
        capabilities: options.toolless ? {} : { tools: { listChanged: true } },
        serverInfo: { name: 'stub', version: '1' },
      });
    case 'tools/list':
      return list(id, params);
    case 'tools/call': {
      const { name, arguments: given = {}, _meta = {} } = params;
      return calls[name] ? calls[name](id, given, _meta) : text(id, `${name} was called`);
    }
    case 'subscriptions/listen':
      subscription = id;
      return say({
        method: 'notifications/subscriptions/acknowledged',
        params: {
          notifications: { toolsListChanged: true },
          _meta: { 'io.modelcontextprotocol/subscriptionId': id },
        },
      });
    case 'notifications/cancelled':
      cancelled.push(params.requestId);
      return;
    case 'ping':
      return answer(id, {});
    default:
      if (id !== undefined) say({ id, error: { code: -32601, message: 'Method not found' } });
  }
}

if (options.deaf) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}
if (options.started) appendFileSync(options.started, `${process.pid}\n`);
if (options.greeting) process.stdout.write(`${options.greeting}\n`);
createInterface({ input: process.stdin }).on('line', (line) => take(JSON.parse(line)));
