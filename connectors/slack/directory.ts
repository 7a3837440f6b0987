/** What people and channels are called: asked for once in a while, and never waited for long. */
import type { WebClient } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../src/extension-api.js';
import type { Names } from './text.js';

const keptMs = 3_600_000;

/** A name that could not be had is asked for again after this. */
const unknownKeptMs = 60_000;

/** Slack waits three seconds for the acknowledgement of a message; names may take this much of it. */
const patienceMs = 1000;

/** More than a message sensibly mentions; the others keep their ids. */
const maxAtOnce = 20;

export class Directory {
  readonly #names = new LRUCache<string, { name: string | undefined }>({ max: 20_000, ttl: keptMs });
  readonly #asking = new Map<string, Promise<void>>();

  /** Names that were asked for before: costs no request. */
  known(teamId: string): Names {
    return (id) => this.#names.get(keyOf(teamId, id))?.name;
  }

  /** Names of people (U…, W…) and channels (C…, G…) of a workspace, as far as they can be had in time. */
  async names(teamId: string, client: WebClient, ids: string[]): Promise<Names> {
    const missing = ids.slice(0, maxAtOnce).filter((id) => !this.#names.has(keyOf(teamId, id)));
    if (missing.length > 0)
      await atMost(patienceMs, Promise.all(missing.map((id) => this.#ask(teamId, client, id))));
    return this.known(teamId);
  }

  #ask(teamId: string, client: WebClient, id: string): Promise<void> {
    const key = keyOf(teamId, id);
    const asking =
      this.#asking.get(key) ??
      nameOf(client, id)
        .then((name) => void this.#names.set(key, { name }))
        // No scope, no such person, no connection: the id will do.
        .catch(() => void this.#names.set(key, { name: undefined }, { ttl: unknownKeptMs }))
        .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }
}

function keyOf(teamId: string, id: string): string {
  return `${teamId}/${id}`;
}

async function nameOf(client: WebClient, id: string): Promise<string | undefined> {
  if (/^[CG]/.test(id)) return (await client.conversations.info({ channel: id })).channel?.name;
  if (!/^[UW]/.test(id)) return undefined;
  const { user } = await client.users.info({ user: id });
  return user?.profile?.display_name || user?.profile?.real_name || user?.real_name || user?.name;
}
