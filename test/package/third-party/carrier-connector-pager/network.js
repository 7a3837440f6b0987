/** A pager network for tests: it shows pages, and posts events to whatever serves a connector's routes. */
import { createServer } from 'node:http';

export async function startNetwork() {
  const pages = new Map();
  const keys = new Map();
  let status = 200;
  const server = createServer(async (req, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    if (status !== 200) return res.writeHead(status).end('{}');
    if (req.headers.authorization !== 'Bearer t') return res.writeHead(401).end('{}');
    const key = req.headers['idempotency-key'];
    const id = req.method === 'PUT' ? req.url.split('/').at(-1) : (keys.get(key) ?? `p${pages.size + 1}`);
    if (key) keys.set(key, id);
    pages.set(id, body);
    res.end(JSON.stringify({ id }));
  });
  const url = await listening(server);
  return {
    url,
    pages: () => [...pages.values()],
    answerWith(next) {
      status = next;
    },
    async post(to, event) {
      const headers = { 'content-type': 'application/json', 'x-pager-secret': 's' };
      const response = await fetch(to, { method: 'POST', headers, body: JSON.stringify(event) });
      return response.ok;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** The connector's routes, as the hub mounts them. */
export async function serve(connector) {
  const server = createServer((req, res) =>
    connector.routes.handler(req, res, (error) => res.writeHead(error ? 500 : 404).end()),
  );
  return { url: await listening(server), close: () => new Promise((resolve) => server.close(resolve)) };
}

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}
