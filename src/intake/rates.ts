/** How often people, rooms and places may write, by the character's settings. Who is over it is told so once a window. */
import { LRUCache } from 'lru-cache';
import { type Account, readAccount } from '../access/account.js';
import { settingsFor, tokenConnector } from '../core/connector-settings.js';
import { accountBehind } from '../core/console-user.js';
import { derivedId } from '../core/ids.js';
import { roomIdOf, type Source } from '../core/memory.js';
import { RetryableError } from '../errors.js';
import type { Counted, RateCounter } from '../rate/rate.js';
import { isCommand } from './commands/command.js';
import { type Arrival, pass, type Rule, type Ruling } from './gate.js';
import { placeOf } from './paired-places.js';

type Whose = 'person' | 'room' | 'place';

export interface RatesParts {
  counter: RateCounter;
  /** Names whose account it is, alike for all accounts of a person. Never rejects. */
  personKeyOf(account: Account): Promise<string>;
  /** Told of everything that is over a limit. */
  limited?(whose: Whose): void;
}

export class Rates {
  readonly #parts: Required<RatesParts>;
  readonly #judged = new LRUCache<string, Promise<Ruling>>({ max: 10_000 });

  constructor(parts: RatesParts) {
    this.#parts = { limited: () => {}, ...parts };
  }

  /** Stopping a turn saves work, so it is never too much. */
  readonly rule: Rule = (arrival) => {
    const { perUser, perRoom, perPlace } = rateFor(arrival);
    const unlimited = perUser === 0 && perRoom === 0 && perPlace === 0;
    return unlimited || arrival.admitted || isCommand(arrival, 'stop') ? pass : this.#judge(arrival);
  };

  /** A message that was let through and comes again, since it could not be stored, say, is not counted again here. */
  async #judge(arrival: Arrival): Promise<Ruling> {
    const { agentId, source } = arrival.message;
    const key = JSON.stringify([agentId, source.connector, source.tenant, source.messageId]);
    const judged = this.#judged.get(key);
    if (judged) return judged;
    const judging = this.#count(arrival);
    this.#judged.set(key, judging);
    const ruling = await judging;
    if (ruling.kind !== 'pass') this.#judged.delete(key);
    return ruling;
  }

  async #count(arrival: Arrival): Promise<Ruling> {
    const { message, agent } = arrival;
    const rate = rateFor(arrival);
    const { source, author } = message;
    const account = { connector: source.connector, tenant: source.tenant, userId: author.id };
    const limits: [Whose, most: number, key: () => string | Promise<string>][] = [
      ['person', rate.perUser, () => this.#parts.personKeyOf(account)],
      ['room', rate.perRoom, () => roomIdOf(agent.id, source)],
      ['place', rate.perPlace, () => placeKeyOf(source)],
    ];
    for (const [whose, most, key] of limits) {
      if (most === 0) continue;
      const id = derivedId(whose, agent.id, await key());
      const counted = await this.#parts.counter.count(whose, id, rate.windowSeconds);
      if (counted.count <= most) continue;
      this.#parts.limited(whose);
      return over(whose, most, counted);
    }
    return pass;
  }
}

/** Who signed in to the console from a platform has no token that somebody gave them: they may write as often as there. */
function rateFor({ message: { source, author }, agent, settings }: Arrival): Arrival['settings']['rate'] {
  const written = source.connector === tokenConnector ? accountBehind(author.id) : null;
  const account = written === null ? null : readAccount(written);
  return account ? settingsFor(agent.character, account.connector, false).rate : settings.rate;
}

/** Over HTTP callers name the rooms, so there the tenant is the place. */
function placeKeyOf(source: Source): string {
  const { connector, tenant, channel = '' } = placeOf('', source);
  return derivedId('place', connector, tenant, connector === tokenConnector ? '' : channel);
}

function over(whose: Whose, most: number, { count, leftMs }: Counted): Ruling {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  const wait = seconds === 1 ? 'a second' : `${seconds} seconds`;
  const text =
    whose === 'person'
      ? `That is a little fast for me. Please wait ${wait}, then write again.`
      : `There is a lot going on here. Please give me ${wait}, then write again.`;
  const error = new RetryableError('rate_limited', text, { retryAfterMs: leftMs });
  return count === most + 1 ? { kind: 'notice', notice: { text }, error } : { kind: 'drop', error };
}
