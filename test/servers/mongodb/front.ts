/** Stands before a server, and answers in its place what a test wants answered as some other server does. */
import { connect, createServer, type Socket } from 'node:net';
import type { Doc } from './query/values.js';
import { encode, MessageReader } from './wire.js';

export interface Front {
  url: string;
  /** What is answered instead of the server's answer; undefined: the server is asked. */
  answer: (name: string, command: Doc) => Doc | undefined;
  stop(): Promise<void>;
}

export async function startFront(port: number, replicaSet?: string): Promise<Front> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => void other.destroy());
    }
    behind.pipe(client);
    let waiting: Buffer = Buffer.alloc(0);
    client.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
        const bytes = waiting.subarray(0, waiting.readInt32LE(0));
        waiting = waiting.subarray(bytes.length);
        const [message] = new MessageReader().push(bytes);
        const reply = front.answer(Object.keys(message!.command)[0]!, message!.command);
        if (reply) client.write(encode(message!, reply));
        else behind.write(bytes);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  const front: Front = {
    url: `mongodb://127.0.0.1:${own}/?directConnection=true${replicaSet ? `&replicaSet=${replicaSet}` : ''}`,
    answer: () => undefined,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
