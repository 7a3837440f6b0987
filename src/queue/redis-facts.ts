/** What a Redis server says of itself, as far as a hub depends on it. */
import type { RedisClient } from './redis-connection.js';

export interface RedisFacts {
  /** `Redis 7.2.4`, or the name and version of what speaks its protocol. */
  engine: string;
  /** Major and minor version of Redis that it is, or behaves like. */
  version: [major: number, minor: number];
  /** Whether what is written survives its restart; null: it does not say. */
  persistent: boolean | null;
  /** The rule by which it throws keys away when memory is short; null: it throws none away, or does not say. */
  evicts: string | null;
  /** How far its clock is ahead of this machine's, in ms. */
  aheadMs: number;
  /** The versions of the processes that take turns, null for one that says none, as older ones do; null: it does not say. */
  workers: (string | null)[] | null;
}

/** @param prefix of the hub's keys */
export async function redisFacts(client: RedisClient, prefix: string): Promise<RedisFacts> {
  const info = fieldsOf(await client.info());
  // Managed servers refuse CONFIG.
  const save = await client.config('GET', 'save').then(
    (found) => (found as string[])[1] ?? null,
    () => null,
  );
  const workers = await client.client('LIST').then(
    (list) => workersIn(String(list), prefix),
    () => null,
  );
  const before = Date.now();
  const [seconds = 0, micros = 0] = (await client.time()).map(Number);
  const after = Date.now();
  const [major = 0, minor = 0] = (info.redis_version ?? '').split('.').map(Number);
  const valkey = info.valkey_version;
  const policy = info.maxmemory_policy ?? 'noeviction';
  const saves = save === null ? null : save.trim() !== '';
  return {
    engine: valkey ? `Valkey ${valkey}` : `Redis ${info.redis_version ?? '(of a version it does not say)'}`,
    version: [major, minor],
    persistent: info.aof_enabled === '1' ? true : saves,
    evicts: policy !== 'noeviction' && Number(info.maxmemory ?? 0) > 0 ? policy : null,
    aheadMs: seconds * 1000 + micros / 1000 - (before + after) / 2,
    workers,
  };
}

/** BullMQ names a worker's connection after its queue and, where it has one, itself. */
function workersIn(list: string, prefix: string): (string | null)[] {
  const worker = `${prefix}:${Buffer.from('turns').toString('base64')}`;
  return list.split('\n').flatMap((line) => {
    const name = /(?:^| )name=(\S*)/.exec(line)?.[1];
    if (name === worker) return [null];
    return name?.startsWith(`${worker}:w:`) ? [name.slice(worker.length + 3)] : [];
  });
}

function fieldsOf(info: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    info.split('\r\n').flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}
