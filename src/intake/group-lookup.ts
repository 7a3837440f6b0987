import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { freshMs } from '../access/freshness.js';
import type { GroupLookup, GroupMember } from '../access/groups.js';
import type { Connector } from '../connector/connector.js';
import { within } from '../core/deadline.js';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Checked } from './gate.js';

const deadlineMs = 3000;
const toldEveryMs = 60_000;
const mostKept = 10_000;

const Groups = z.array(z.string().max(256)).max(10_000);

export interface GroupLookupParts {
  /** The one of this name that serves the agent here. */
  connectorOf(name: string, agentId: string): Pick<Connector, 'groupsOf'> | undefined;
  log: Pick<Logger, 'warn'>;
}

/**
 * Asks the connectors that run in this process. Of several who ask for one person at once, one does; a failure is kept like
 * an answer, so that a platform that is away is not asked for every message.
 */
export class PlatformGroups implements GroupLookup {
  readonly #parts: GroupLookupParts;
  readonly #asked = new LRUCache<string, Promise<string[]>>({
    max: mostKept,
    ttl: freshMs,
    ttlResolution: 0,
  });
  /** Of which it was told lately that they cannot be asked. */
  readonly #told = new LRUCache<string, true>({ max: 1000, ttl: toldEveryMs });

  constructor(parts: GroupLookupParts) {
    this.#parts = parts;
  }

  /**
   * Of whoever wrote a message: as it says itself, or else as the platform says.
   * @param among those in question
   * @throws RetryableError `groups_unknown`
   */
  ofAuthor({ agentId, source, author, roles }: Checked, among: string[]): string[] | Promise<string[]> {
    if (roles) return roles;
    const { connector, tenant } = source;
    const found = this.#parts.connectorOf(connector, agentId);
    if (found && !found.groupsOf) return [];
    return this.groupsOf({ connector, tenant, userId: author.id, among }, agentId);
  }

  groupsOf({ connector, tenant, userId, among }: GroupMember, agentId: string): Promise<string[]> {
    const key = JSON.stringify([agentId, connector, tenant, userId, among]);
    const known = this.#asked.get(key);
    if (known) return known;
    const asking = this.#ask({ connector, tenant, userId, among }, agentId);
    // Whoever asks hears of it; kept, it may fail before anybody else does.
    asking.catch(() => {});
    this.#asked.set(key, asking);
    return asking;
  }

  async #ask({ connector, ...who }: GroupMember, agentId: string): Promise<string[]> {
    try {
      const asked = this.#parts.connectorOf(connector, agentId);
      if (!asked) throw new Error('its connector does not run in this process');
      if (!asked.groupsOf) throw new Error('its connector cannot ask for groups');
      return Groups.parse(await within(deadlineMs, (signal) => asked.groupsOf!(who, signal)));
    } catch (cause) {
      const reason = cause instanceof z.ZodError ? 'the answer is no list of ids' : (cause as Error).message;
      this.#tell(connector, agentId, reason);
      const message = `Which groups somebody is in on ${connector} cannot be asked now.`;
      throw new RetryableError('groups_unknown', message, { cause });
    }
  }

  #tell(connector: string, agentId: string, reason: string): void {
    const key = JSON.stringify([connector, agentId]);
    if (this.#told.has(key)) return;
    this.#told.set(key, true);
    this.#parts.log.warn(
      { connector, agentId, reason },
      'the groups of a person cannot be asked for: nothing is allowed for them, and who may be denied is',
    );
  }
}
