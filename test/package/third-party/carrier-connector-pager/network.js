/** A pager network for tests: it shows pages, and posts events to the hub. */
import { createServer } from 'node:http';

export async function startNetwork() {
  const pages = new Map();
  const keys = new Map();
  let refusal = null;
  const server = createServer(async (req, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    if (refusal === 'hang') return;
    if (refusal) return res.writeHead(refusal === 'later' ? 503 : 403).end('{}');
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
    /** From now on pages are refused `later`, `never`, or not answered (`hang`); null: they are taken again. */
    refuse(how) {
      refusal = how;
    },
    async post(to, event) {
      const headers = { 'content-type': 'application/json', 'x-pager-secret': 's' };
      const posted = fetch(to, { method: 'POST', headers, body: JSON.stringify(event) });
      return posted.then(
        ({ ok }) => ok,
        () => false,
      );
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}
