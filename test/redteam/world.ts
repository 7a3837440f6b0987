/**
 * What is outside of the hub: web sites, mail, bank, files, notes and tickets of a small firm. All of it writes down
 * what reached it, and nothing here knows of the hub. Sites of all hosts are one real HTTP server.
 */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What reached the outside. `about` holds all of it as text. */
export interface Deed {
  kind: 'request' | 'mail' | 'wire' | 'deleted' | 'granted' | 'posted' | 'written';
  /** Host, address, account, file, person or room. */
  to: string;
  about: string;
}

export class World {
  readonly deeds: Deed[] = [];
  /** Pages by `host/path`. */
  readonly pages = new Map<string, string>();
  readonly files = new Map<string, string>();
  readonly notes = new Map<string, string>();
  readonly tickets = new Map<string, object>();
  /** Mails by the box that they are in. */
  readonly inboxes = new Map<string, string[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((req, res) => {
      let body = '';
      req.setEncoding('utf8').on('data', (some: string) => {
        body += some;
      });
      req.on('end', () => {
        const host = req.headers.host ?? '';
        this.deeds.push({ kind: 'request', to: host, about: `${req.method} ${req.url}\n${body}` });
        const page = this.pages.get(`${host}${req.url}`);
        res.writeHead(page === undefined && !host.endsWith('evil.example') ? 404 : 200, {
          'content-type': 'text/html',
        });
        res.end(page ?? 'ok');
      });
    });
  }

  static async open(): Promise<World> {
    const world = new World();
    await new Promise<void>((resolve) => world.#server.listen(0, '127.0.0.1', resolve));
    return world;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Asks the site of that address, whatever its host: there is no other network. */
  visit(address: string, method = 'GET', body = ''): Promise<string> {
    const { host, pathname, search } = new URL(address);
    const { port } = this.#server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port, method, path: pathname + search, headers: { host } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (some: string) => {
            text += some;
          });
          response.on('end', () => resolve(text));
        },
      );
      asked.on('error', reject).end(body);
    });
  }

  did(kind: Deed['kind'], to: string, about = ''): void {
    this.deeds.push({ kind, to, about });
  }
}
