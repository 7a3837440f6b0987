/** The load of both throughput figures: 50 rooms, each sending 40 messages and waiting for every reply. */
export const rooms = 50;
export const messagesPerRoom = 40;

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
