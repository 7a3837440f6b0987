import { connect, type Socket } from 'node:net';
import { sentence } from './figures.js';

/** One keep-alive connection that posts messages. Raw, since Node's own client costs as much as the hub. */
export class Client {
  readonly #socket: Socket;
  readonly #head: string;
  #received = '';
  #answered: ((status: number) => void) | undefined;

  private constructor(socket: Socket, url: URL, token: string) {
    this.#socket = socket;
    this.#head = [
      'POST /assistant/message HTTP/1.1',
      `Host: ${url.host}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
    ].join('\r\n');
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#take(text));
  }

  static open(url: URL, token: string): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Client(socket, url, token)));
    });
  }

  async post(room: string, n: number): Promise<void> {
    const body = JSON.stringify({ text: sentence(n), userId: room, roomId: room });
    const status = await new Promise<number>((resolve) => {
      this.#answered = resolve;
      this.#socket.write(`${this.#head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
    if (status !== 200) throw new Error(`The hub answered ${status}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1]);
    if (this.#received.length < end + 4 + length) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = '';
    this.#answered?.(status);
  }
}
