import { Client } from './client.js';

/** Whether the run only tries that everything runs: its figures say nothing. */
export const quick = process.env.BENCH_QUICK === '1';

/** So many, or a hundredth of it in a quick run. */
export function scaled(count: number): number {
  return quick ? Math.ceil(count / 100) : count;
}

/** The load of both throughput figures: 50 rooms, each sending 40 messages and waiting for every reply. */
export const rooms = 50;
export const messagesPerRoom = quick ? 2 : 40;

/** What the bare store is measured with: messages that share a flush, and how many such groups. */
export const group = { size: 25, warm: scaled(100), measured: scaled(200) };

/** Runs `send` for every room and message, one at a time within a room; returns messages per second. */
export async function throughput(send: (room: number, message: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await Promise.all(
    Array.from({ length: rooms }, async (_, room) => {
      for (let message = 0; message < messagesPerRoom; message++) await send(room, message);
    }),
  );
  return (rooms * messagesPerRoom) / ((performance.now() - started) / 1000);
}

/** The same over HTTP, with one connection a room, spread over the hubs at these addresses. */
export async function postAll(urls: string[], token: string, prefix: string): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: rooms }, (_, room) => Client.open(new URL(urls[room % urls.length]!), token)),
  );
  const perSecond = await throughput((room, message) =>
    clients[room]!.post(`${prefix}-${room}`, room * 1000 + message),
  );
  for (const client of clients) client.close();
  return perSecond;
}
