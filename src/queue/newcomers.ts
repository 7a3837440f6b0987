import type { RedisClient } from 'bullmq';
import type { Slots } from './slots.js';

/** What of BullMQ's client is used here; it is an interface over several Redis libraries. */
type Client = Pick<RedisClient, 'defineCommand' | 'runCommand'>;

/** Jobs looked at in one place. */
const mostLooked = 32;

/**
 * KEYS: what waits, what waits behind it. ARGV: what stands before a job's id in its key, how many to look at, the slots
 * (JSON, as `Slots` gives it), where to look (from 0 to 1). Puts the first job that may have a slot at the head. Answers
 * 1; or 0: nobody new was found; or -1: nobody waits at all.
 *
 * Those that came last are looked at first, since somebody new is among them; then some others, each time elsewhere.
 */
const lua = `
local wait, behind, prefix, most = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local waiting, others = redis.call('LLEN', wait), redis.call('ZCARD', behind)
if waiting + others == 0 then return -1 end
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
local function from(count) return math.max(0, math.floor(tonumber(ARGV[4]) * (count + most)) - most) end
local function first(ids)
  for _, id in ipairs(ids) do
    if may(id) then return id end
  end
end
local at = from(waiting)
local id = first(redis.call('LRANGE', wait, 0, most - 1)) or first(redis.call('LRANGE', wait, at, at + most - 1))
if id then
  redis.call('LREM', wait, 1, id)
else
  at = from(others)
  id = first(redis.call('ZRANGE', behind, at, at + most - 1))
  if not id then return 0 end
  redis.call('ZREM', behind, id)
end
redis.call('RPUSH', wait, id)
return 1`;

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
    const where = [String(mostLooked), JSON.stringify(this.#slots), String(Math.random())];
    const args = [...this.#keys, this.#prefix, ...where];
    const found: number = await client.runCommand('carrierNewcomer', args);
    return found > 0 ? 'lifted' : found < 0 ? 'nobody' : 'none';
  }
}
