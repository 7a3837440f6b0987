/** A reverse proxy as people put before a hub: it adds whom it forwards for to `X-Forwarded-For`, and passes all else on. */
import { once } from 'node:events';
import { type ClientRequest, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class ForwardingProxy {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param clientOf what it takes the client's address for; absent: the address of its connection. */
  static async before(
    url: string,
    clientOf?: (name: string | undefined) => string,
  ): Promise<ForwardingProxy> {
    const server = createServer((req, res) => {
      const client = clientOf?.(req.headers['x-client'] as string | undefined) ?? req.socket.remoteAddress;
      const said = req.headers['x-forwarded-for'];
      const headers = { ...req.headers, 'x-forwarded-for': said ? `${said}, ${client}` : client };
      const onward: ClientRequest = request(`${url}${req.url}`, { method: req.method, headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      onward.on('error', () => res.destroy());
      res.on('close', () => onward.destroy());
      req.pipe(onward);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new ForwardingProxy(server);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

export interface Asked {
  status: number;
  retryAfter: string | undefined;
  body: { error?: { code: string; message: string } };
}

/** One GET over a connection of its own, from one of this machine's loopback addresses. */
export function askFrom(
  localAddress: string,
  url: string,
  headers: Record<string, string | undefined>,
): Promise<Asked> {
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    request(url, { localAddress, headers: sent, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          retryAfter: response.headers['retry-after'],
          body: JSON.parse(text || '{}') as Asked['body'],
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}
