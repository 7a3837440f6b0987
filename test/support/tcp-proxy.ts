/** Stands between a MongoDB server and its clients, and cuts their connections at the worst moments. Not for TLS. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './redis.js';

/** What a command meets. It is cut off with a reset (RST), or with an end (FIN) where the name says so. */
export type Cut =
  /** The server gets half of its bytes. */
  | 'half written'
  /** The server has done it; its answer is lost. */
  | 'unanswered'
  | 'unanswered, ended'
  /** Nothing comes and nothing ends, until the client gives up. */
  | 'black hole'
  /** All connections of all clients go with it. */
  | 'storm'
  | 'storm, ended';

/** A command that was under way when its connection was cut. */
interface Met {
  cut: Cut;
  /** Its name: `insert`, say. */
  command: string;
}

/** With these a driver looks whether the server is there; nobody waits for them. */
const monitoring = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions']);

export class TcpProxy {
  readonly port: number;
  readonly met: Met[] = [];
  readonly #target: { host: string; port: number };
  readonly #lines = new Set<Line>();
  readonly #due: { cut: Cut; commands: readonly string[]; leastBytes: number }[] = [];
  #server: Server | null = null;

  private constructor(port: number, target: { host: string; port: number }) {
    this.port = port;
    this.#target = target;
  }

  /** Before the server of a URL that names one host. */
  static async before(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy(await freePort(), { host: hostname, port: Number(port || 27_017) });
    await proxy.open();
    return proxy;
  }

  /** The same URL through this proxy. Directly: a replica set would tell its members' own addresses. */
  through(url: string): string {
    const changed = new URL(url);
    changed.host = `127.0.0.1:${this.port}`;
    changed.searchParams.delete('replicaSet');
    changed.searchParams.set('directConnection', 'true');
    return changed.href;
  }

  /** The next command of one of these names, any without, meets it, if it is not smaller. */
  plan(cut: Cut, commands: readonly string[] = [], leastBytes = 0): void {
    this.#due.push({ cut, commands, leastBytes });
  }

  /** What is planned meets nobody any more. */
  spare(): void {
    this.#due.length = 0;
  }

  /** Connections are cut, and new ones refused, until `open`; black holes stay what they are. */
  close(): void {
    this.#server?.close();
    for (const line of this.#lines) line.cut(true);
  }

  async open(): Promise<void> {
    const server = createServer((client) => {
      const line = new Line(client, connect(this.#target), (command, bytes) => this.#fate(command, bytes));
      this.#lines.add(line);
      client.once('close', () => this.#lines.delete(line));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
  }

  #fate(command: string, bytes: number): Cut | null {
    const index = monitoring.has(command)
      ? -1
      : this.#due.findIndex(
          ({ commands, leastBytes }) =>
            bytes >= leastBytes && (commands.length === 0 || commands.includes(command)),
        );
    if (index < 0) return null;
    const { cut } = this.#due.splice(index, 1)[0]!;
    const met = (name: string) => {
      this.met.push({ cut, command: name });
    };
    met(command);
    if (!cut.startsWith('storm')) return cut;
    for (const line of this.#lines) {
      if (line.open) met(line.open);
      line.cut(cut === 'storm');
    }
    return cut;
  }
}

/** One connection, in both directions, command by command. */
class Line {
  /** The command that waits for its answer. */
  open: string | null = null;
  readonly #client: Socket;
  readonly #server: Socket;
  #fate: Cut | null = null;
  #held: 'answer' | 'answer, ended' | 'all' | null = null;

  constructor(client: Socket, server: Socket, fate: (command: string, bytes: number) => Cut | null) {
    this.#client = client;
    this.#server = server;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    // In a black hole, neither end learns of the other's.
    client.once('close', () => server.destroy());
    server.once('close', () => {
      if (this.#held !== 'all') client.destroy();
    });
    client.on(
      'data',
      messages(
        (bytes) => this.#ask(bytes),
        (head) => this.#begin(fate(nameOf(head), head.readInt32LE(0))),
      ),
    );
    server.on(
      'data',
      messages((bytes) => this.#answer(bytes)),
    );
  }

  /** Does nothing to a black hole. */
  cut(reset: boolean): void {
    if (this.#fate === 'black hole') return;
    for (const socket of [this.#client, this.#server]) {
      if (reset) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  #begin(fate: Cut | null): void {
    this.#fate = fate;
    if (fate !== 'black hole') return;
    this.#held = 'all';
    // A large command finds no room any more, and its sender waits for some.
    this.#client.pause();
  }

  #ask(bytes: Buffer): void {
    if (this.#held || this.#client.destroyed) return;
    const command = nameOf(bytes);
    switch (this.#fate) {
      case 'half written':
        this.#server.write(bytes.subarray(0, bytes.length >> 1), () => this.cut(true));
        this.#held = 'all';
        return;
      case 'storm':
      case 'storm, ended':
        return;
      case 'unanswered':
        this.#held = 'answer';
        break;
      case 'unanswered, ended':
        this.#held = 'answer, ended';
        break;
    }
    if (!monitoring.has(command)) this.open = command;
    this.#server.write(bytes);
  }

  #answer(bytes: Buffer): void {
    if (this.#held === 'all') return;
    if (this.#held) {
      this.cut(this.#held === 'answer');
      return;
    }
    this.open = null;
    this.#client.write(bytes);
  }
}

/** Of a message, which tell its command. */
const headBytes = 64;

/** Cuts what comes into messages, which begin with their length; `begin` is told of each before all of it is there. */
function messages(
  take: (bytes: Buffer) => void,
  begin: (head: Buffer) => void = () => {},
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  return (chunk) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (;;) {
      const length = rest.length < 4 ? Number.POSITIVE_INFINITY : rest.readInt32LE(0);
      if (!begun && rest.length >= Math.min(length, headBytes)) {
        begin(rest);
        begun = true;
      }
      if (rest.length < length) return;
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
      begun = false;
    }
  };
}

/** The first field of an `OP_MSG` is the command; of what came before it there are only handshakes. */
function nameOf(bytes: Buffer): string {
  const opMsg = 2013;
  if (bytes.readInt32LE(12) !== opMsg) return 'hello';
  const name = 26;
  return bytes.toString('latin1', name, bytes.indexOf(0, name));
}
