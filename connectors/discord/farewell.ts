/**
 * Ends a client of the SDK for good. Seen with discord.js 14.28 and @discordjs/ws 1.2.3, whose `destroy` alone leaves
 * two things behind: a shard that waits to reconnect does so all the same, half a second later, and holds a session
 * nobody wants; and a socket that is still connecting loses its listeners, so that its error ends the process.
 */
import type { Client } from 'discord.js';

interface Shard {
  connection: Socket | null;
  internalConnect(): Promise<void>;
}

/** Of the package `ws`. */
interface Socket {
  readyState: number;
  on(event: 'error', listener: () => void): void;
  terminate(): void;
}

const connecting = 0;

export async function farewell(client: Client): Promise<void> {
  const shards = shardsOf(client);
  for (const shard of shards) {
    shard.internalConnect = async () => {};
    shard.connection?.on('error', () => {});
  }
  await client.destroy().catch(() => {});
  for (const { connection } of shards) if (connection?.readyState === connecting) connection.terminate();
}

/** The SDK keeps them to itself, and clears its list when it is destroyed. */
function shardsOf(client: Client): Shard[] {
  const { _ws } = client.ws as unknown as { _ws?: { strategy?: { shards?: Map<number, Shard> } } | null };
  return [...(_ws?.strategy?.shards?.values() ?? [])];
}
