import type { RedisClient } from 'bullmq';
import type { Slots } from './slots.js';

/** What of BullMQ's client is used here; it is an interface over several Redis libraries. */
type Client = Pick<RedisClient, 'defineCommand' | 'runCommand'>;

/** Jobs looked at, at each end that somebody new may stand at. */
const mostLooked = 100;

/**
 * KEYS: what waits, what waits behind it. ARGV: what stands before a job's id in its key, how many to look at, the slots
 * (JSON, as `Slots` gives it). Puts the first job that may have a slot at
 * the head. Answers 1; or 0: nobody new waits; or -1: nobody waits at all.
 *
 * Those that came last are looked at first: somebody new is among them.
 */
const lua = `
local wait, behind, prefix, most = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local slots = cjson.decode(ARGV[3])
local has = {}
for kind, names in pairs(slots.has) do
  has[kind] = {}
  for _, name in ipairs(names) do has[kind][name] = true end
end
local function may(id)
  local data = redis.call('HGET', prefix .. id, 'data')
  if not data then return false end
  local share = cjson.decode(data).share
  if type(share) ~= 'table' then return slots.open or #slots.left > 0 end
  for _, kind in ipairs(slots.left) do
    if not has[kind][share[kind]] then return true end
  end
  return slots.open
end
for _, id in ipairs(redis.call('LRANGE', wait, 0, most - 1)) do
  if may(id) then
    redis.call('LREM', wait, 1, id)
    redis.call('RPUSH', wait, id)
    return 1
  end
end
local first = redis.call('LRANGE', wait, -most, -1)
for i = #first, 1, -1 do
  if may(first[i]) then
    redis.call('LREM', wait, -1, first[i])
    redis.call('RPUSH', wait, first[i])
    return 1
  end
end
local others = redis.call('ZRANGE', behind, 0, most - 1)
for _, id in ipairs(others) do
  if may(id) then
    redis.call('ZREM', behind, id)
    redis.call('RPUSH', wait, id)
    return 1
  end
end
if #first + #others == 0 then return -1 end
return 0`;

/** Finds, among what waits in Redis, whoever is new to the slots of a process. */
export class Newcomers {
  readonly #client: Promise<Client>;
  readonly #keys: string[];
  readonly #prefix: string;
  readonly #slots: Slots;

  /** @param keyOf a key of the queue in Redis */
  constructor(client: Promise<RedisClient>, keyOf: (name: string) => string, slots: Slots) {
    this.#keys = [keyOf('wait'), keyOf('prioritized')];
    this.#prefix = keyOf('');
    this.#slots = slots;
    this.#client = client.then((connected) => {
      connected.defineCommand('carrierNewcomer', { numberOfKeys: this.#keys.length, lua });
      return connected;
    });
    // Whoever asks for it later is told.
    this.#client.catch(() => {});
  }

  /** Puts one of them first, if one waits. */
  async lift(): Promise<'lifted' | 'none' | 'nobody'> {
    const client = await this.#client;
    const args = [...this.#keys, this.#prefix, String(mostLooked), JSON.stringify(this.#slots)];
    const found: number = await client.runCommand('carrierNewcomer', args);
    return found > 0 ? 'lifted' : found < 0 ? 'nobody' : 'none';
  }
}
