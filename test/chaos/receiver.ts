/** Where the hubs post their replies: what the people see. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { now } from './journal.js';

/** One reply to one message, as it came. */
export interface Received {
  message: string;
  room: string;
  turn: string;
  text: string;
  failed: boolean;
  at: number;
}

export class Receiver {
  /** In the order they came. */
  readonly received: Received[] = [];
  readonly answered = new Set<string>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', async (req, res) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of req) chunks.push(chunk as Buffer);
      } catch {
        // The hub was killed while it sent.
        return;
      }
      receiver.#take(JSON.parse(Buffer.concat(chunks).toString()));
      res.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(body: {
    messageId: string;
    roomId: string;
    turnId: string;
    reply: { text: string };
    error?: object;
  }) {
    const { messageId: message, roomId: room, turnId: turn, reply, error } = body;
    this.received.push({ message, room, turn, text: reply.text, failed: error !== undefined, at: now() });
    this.answered.add(message);
  }
}
