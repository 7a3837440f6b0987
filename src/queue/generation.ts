import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from 'bullmq';

/** What of BullMQ's client is used here; it is an interface over several Redis libraries. */
type Client = Pick<RedisClient, 'defineCommand' | 'runCommand'>;

/**
 * KEYS: the mark, the quarantine. ARGV: the quarantine's length in ms, 0 for none. Answers how long it still lasts.
 * A script, so that of all who find the mark missing one begins the quarantine, and the others see it.
 */
const lua = `
if redis.call('SET', KEYS[1], '1', 'NX') and tonumber(ARGV[1]) > 0 then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
end
return redis.call('PTTL', KEYS[2])`;

/**
 * Notices that Redis has forgotten everything, by a mark that is then gone. Who held which room is forgotten with it,
 * and those who did learn of it only when they next renew. So nobody begins a run before every hold from before has
 * ended. A Redis that never had the mark looks alike: whoever starts sets it and waits for nobody, since a first start
 * shall not take seconds. A process that starts after Redis was emptied and before anyone else began a run is taken
 * for a first one, then.
 */
export class Generation {
  readonly #client: Promise<Client>;
  readonly #keys: string[];
  readonly #quarantineMs: number;

  /** `key` is put before the names of the mark and the quarantine. */
  constructor(client: Promise<RedisClient>, key: string, quarantineMs: number) {
    this.#keys = [`${key}:mark`, `${key}:quarantine`];
    this.#quarantineMs = quarantineMs;
    this.#client = this.#open(client);
    // Whoever asks for it later is told.
    this.#client.catch(() => {});
  }

  /** Resolves when a run may begin; rejects with the signal's reason when it aborts first. */
  async begun(signal: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = await this.#ask(await this.#client, this.#quarantineMs);
      signal.throwIfAborted();
      if (leftMs <= 0) return;
      await sleep(leftMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async #open(connecting: Promise<RedisClient>): Promise<Client> {
    const client = await connecting;
    client.defineCommand('carrierGeneration', { numberOfKeys: this.#keys.length, lua });
    // Where this fails, the first run asks, and is merely made to wait.
    await this.#ask(client, 0).catch(() => {});
    return client;
  }

  #ask(client: Client, quarantineMs: number): Promise<number> {
    return client.runCommand('carrierGeneration', [...this.#keys, String(quarantineMs)]);
  }
}
