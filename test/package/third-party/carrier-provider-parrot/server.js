/** A server that says what it is told, in pieces. */
import { createServer } from 'node:http';

export async function startParrot() {
  const server = createServer(async (req, res) => {
    if (req.method === 'GET') return res.end('squawk');
    if (req.headers.authorization !== 'Bearer k') return res.writeHead(401).end();
    const { said } = JSON.parse(Buffer.concat(await req.toArray()).toString());
    res.write('You said: ');
    for (const word of said.split(/(?<=story)/)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      res.write(word || ' ');
    }
    res.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}
