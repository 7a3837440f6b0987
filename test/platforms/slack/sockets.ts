/** Socket Mode's side of Slack: tickets, hello, pings, envelopes and their acknowledgements. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Answer, Kind } from './events.js';
import { app } from './world.js';

/** Slack keeps as many connections of one app. */
const maxConnections = 10;

const pingEveryMs = 5000;

export class Sockets {
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false, maxPayload: 1_048_576 });
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  readonly #ready: WebSocket[] = [];
  readonly #pings = setInterval(() => this.#ping(), pingEveryMs);
  #serial = 0;
  #frozen = false;
  /** Connections that were opened so far. */
  opened = 0;
  /** New connections are refused. */
  refusing = false;

  constructor(http: Server) {
    http.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head));
    this.#server.on('connection', (socket) => this.#greet(socket));
  }

  get connected(): number {
    return this.#ready.length;
  }

  ticket(): string {
    this.#serial += 1;
    const ticket = `ticket-${this.#serial}`;
    this.#tickets.add(ticket);
    return ticket;
  }

  /** An envelope to one of the connections. */
  send(type: Kind, payload: object, attempt: number, ackMs: number): Promise<Answer> {
    this.#serial += 1;
    const id = `envelope-${this.#serial}`;
    const socket = this.#ready[this.#serial % Math.max(this.#ready.length, 1)];
    if (!socket || this.#frozen) return Promise.resolve({ acked: false, body: null });
    const retry =
      type === 'events_api' ? { retry_attempt: attempt, retry_reason: attempt > 0 ? 'timeout' : '' } : {};
    const envelope = {
      envelope_id: id,
      payload,
      type,
      accepts_response_payload: type !== 'events_api',
      ...retry,
    };
    return new Promise((resolve) => {
      const settle = (answer: Answer) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        socket.off('close', lost);
        resolve(answer);
      };
      const lost = () => settle({ acked: false, body: null });
      const timer = setTimeout(lost, ackMs);
      socket.once('close', lost);
      this.#waiting.set(id, settle);
      socket.send(JSON.stringify(envelope));
    });
  }

  /** Cuts all connections without a word. */
  cut(): void {
    for (const socket of [...this.#server.clients]) socket.terminate();
  }

  /** Asks the app to connect again, as Slack does every few hours. */
  refresh(): void {
    const message = { type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'test' } };
    for (const socket of this.#ready) socket.send(JSON.stringify(message));
  }

  /** The connections stay open, and nothing comes over them any more. */
  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  /** Sends what is no envelope. */
  babble(text: string): void {
    for (const socket of this.#ready) socket.send(text);
  }

  close(): void {
    clearInterval(this.#pings);
    this.cut();
    this.#server.close();
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://slack');
    const good = pathname === '/link/' && this.#tickets.delete(searchParams.get('ticket') ?? '');
    if (!good || this.refusing || this.#ready.length >= maxConnections) {
      socket.end('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(req, socket, head, (client) => this.#server.emit('connection', client, req));
  }

  #greet(socket: WebSocket): void {
    this.opened += 1;
    // One for each envelope that waits.
    socket.setMaxListeners(0);
    socket.on('ping', (data) => this.#frozen || socket.pong(data));
    socket.on('message', (data) => this.#acknowledged(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      const index = this.#ready.indexOf(socket);
      if (index >= 0) this.#ready.splice(index, 1);
    });
    if (this.#frozen) return;
    this.#ready.push(socket);
    const info = { host: 'applink-test', build_number: 1, approximate_connection_time: 18_060 };
    const { length } = this.#ready;
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: length,
        debug_info: info,
        connection_info: { app_id: app.id },
      }),
    );
  }

  #acknowledged(text: string): void {
    const { envelope_id: id, payload } = JSON.parse(text) as { envelope_id: string; payload?: unknown };
    this.#waiting.get(id)?.({ acked: true, body: payload ?? null });
  }

  #ping(): void {
    if (!this.#frozen) for (const socket of this.#ready) socket.ping();
  }
}
