/** How often people and rooms may write, by the character's settings. Who is over it is told so once a window. */
import { LRUCache } from 'lru-cache';
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { ConnectorSettings } from '../core/connector-settings.js';
import { derivedId } from '../core/ids.js';
import { Kept } from '../core/kept.js';
import { roomIdOf } from '../core/memory.js';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { isCommand } from './commands/command.js';
import { type Arrival, pass, type Rule, type Ruling } from './gate.js';

/** Makes what counts: within this process, or for all of them. */
export type Limiters = (name: string, points: number, windowSeconds: number) => Promise<RateLimiterAbstract>;

export class Rates {
  readonly #make: Limiters;
  readonly #log: Logger;
  readonly #limiters = new Kept<RateLimiterAbstract>();
  readonly #counted = new LRUCache<string, Promise<Ruling>>({ max: 10_000 });

  constructor(make: Limiters, log: Logger) {
    this.#make = make;
    this.#log = log;
  }

  /** Stopping a turn saves work, so it is never too much. */
  readonly rule: Rule = (arrival) => {
    const { perUser, perRoom } = arrival.settings.rate;
    const uncounted = (perUser === 0 && perRoom === 0) || arrival.admitted || isCommand(arrival, 'stop');
    return uncounted ? pass : this.#judge(arrival);
  };

  /** A message that was let through and comes again, since it could not be stored, say, is not counted again here. */
  async #judge(arrival: Arrival): Promise<Ruling> {
    const { agentId, source } = arrival.message;
    const key = JSON.stringify([agentId, source.connector, source.tenant, source.messageId]);
    const counted = this.#counted.get(key);
    if (counted) return counted;
    const counting = this.#count(arrival);
    this.#counted.set(key, counting);
    const ruling = await counting;
    if (ruling.kind !== 'pass') this.#counted.delete(key);
    return ruling;
  }

  async #count({ message, agent, settings: { rate } }: Arrival): Promise<Ruling> {
    const { source, author } = message;
    const user = derivedId('u', agent.id, source.connector, source.tenant, author.id);
    const room = roomIdOf(agent.id, source);
    return (
      (await this.#take('user', rate.perUser, rate, user)) ??
      (await this.#take('room', rate.perRoom, rate, room)) ??
      pass
    );
  }

  async #take(
    kind: string,
    points: number,
    { windowSeconds }: ConnectorSettings['rate'],
    key: string,
  ): Promise<Ruling | null> {
    if (points === 0) return null;
    const name = `${kind}:${points}:${windowSeconds}`;
    try {
      const limiter = await this.#limiters.get(name, () => this.#make(name, points, windowSeconds));
      await limiter.consume(key);
      return null;
    } catch (refused) {
      if (refused instanceof Error) {
        // Better to answer too much than nobody.
        this.#log.warn({ err: refused }, 'rates cannot be counted now');
        return null;
      }
      return over(kind, points, refused as RateLimiterRes);
    }
  }
}

function over(kind: string, points: number, { consumedPoints, msBeforeNext }: RateLimiterRes): Ruling {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const wait = seconds === 1 ? 'a second' : `${seconds} seconds`;
  const text =
    kind === 'user'
      ? `That is a little fast for me. Please wait ${wait}, then write again.`
      : `There is a lot going on here. Please give me ${wait}, then write again.`;
  const error = new RetryableError('rate_limited', text, { retryAfterMs: msBeforeNext });
  return consumedPoints === points + 1
    ? { kind: 'notice', notice: { text }, error }
    : { kind: 'drop', error };
}
