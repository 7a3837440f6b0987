import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** The sockets that this process opens to a port, so that a test can cut them at a moment of its choice. */
export class ClientSockets {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #add = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };

  constructor(port: number) {
    this.#port = port;
    subscribe('net.client.socket', this.#add);
  }

  /**
   * All that are connected now; whoever writes in the same tick writes to a destroyed socket.
   * @param code what the system says of it, e.g. `EPIPE`; absent: nothing
   */
  cut(code?: string): number {
    const cut = [...this.#sockets].filter(({ remotePort }) => remotePort === this.#port);
    for (const socket of cut)
      socket.destroy(code ? Object.assign(new Error(`write ${code}`), { code }) : undefined);
    return cut.length;
  }

  close(): void {
    unsubscribe('net.client.socket', this.#add);
  }
}
