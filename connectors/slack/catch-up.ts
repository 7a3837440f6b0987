/**
 * Asks for what was said while no socket was open. Slack sends an event that nobody acknowledged again, but after a
 * minute and after five, behind what was said since, and then no more. So the conversations that were active last are
 * read from where they were left, before anything that comes over a new socket is taken.
 */
import { z } from 'zod';
import type { Host } from '../../src/extension-api.js';
import { calling } from './failure.js';
import { atMost } from './patience.js';
import type { Workspace } from './workspaces.js';

const Place = z.object({
  teamId: z.string(),
  enterpriseId: z.string().optional(),
  channel: z.string(),
  thread: z.string().optional(),
  /** Slack's id of the newest message of it that is stored; in seconds. */
  ts: z.string(),
});
export type Place = z.infer<typeof Place>;

export interface CatchUpParts {
  host: Host;
  agentId: string;
  workspaceOf(place: Place): Promise<Workspace>;
  /** Stores a message, given as an event would have brought it, behind those of its conversation that came before. */
  take(event: unknown, workspace: Workspace): Promise<void>;
}

/** `conversations.history` and `.replies` may be called 50 times a minute. */
const maxPlaces = 40;
const atOnce = 4;
const page = { limit: 200, most: 5 };

/** Events come in no promised order: so far before the newest one another may be missing. */
const overlapSeconds = 3;

/** What is older is not answered any more when the hub comes back. */
const forgottenAfterSeconds = 24 * 3600;

/** What comes over the new socket waits no longer than this, in ms. */
const patienceMs = 10_000;

const writeEveryMs = 500;
const keptMs = 7 * 86_400_000;

export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #noteKey: string;
  /** By channel and thread; the one with the newest message last. */
  readonly #places = new Map<string, Place>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
    this.#noteKey = `places:${parts.agentId}`;
  }

  async load(): Promise<void> {
    const noted = z.array(Place).safeParse(await this.#parts.host.notes.get(this.#noteKey));
    for (const place of noted.data ?? []) this.#places.set(keyOf(place), place);
  }

  /** A message was stored there. Resolves when the conversation is known to later processes, too. */
  async stored(place: Place): Promise<void> {
    const key = keyOf(place);
    const before = this.#places.get(key);
    this.#places.delete(key);
    this.#places.set(key, before && Number(before.ts) > Number(place.ts) ? before : place);
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= maxPlaces) break;
      this.#places.delete(oldest);
    }
    if (!before) await this.#write();
    else if (!this.#ended) this.#timer ??= setTimeout(() => void this.#write(), writeEveryMs).unref();
  }

  /**
   * Resolves when what was missed stands in line; it is stored before what lines up then. Never rejects: what Slack
   * does not show is left to its own sending again.
   */
  async run(): Promise<void> {
    const waiting = [...this.#places.values()].reverse();
    const read = async () => {
      for (let place = waiting.shift(); place && !this.#ended; place = waiting.shift())
        await this.#read(place);
    };
    await atMost(patienceMs, Promise.all(Array.from({ length: atOnce }, read)));
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#write();
  }

  async #read(place: Place): Promise<void> {
    const { workspaceOf, take, host } = this.#parts;
    const { channel } = place;
    const failed = (what: string) => (error: Error) =>
      host.log.warn({ connector: 'slack', channel }, `what was missed cannot be ${what}: ${error.message}`);
    try {
      const workspace = await workspaceOf(place);
      for (const message of await missed(workspace, place)) {
        if (this.#ended) return;
        void take({ ...message, type: 'message', channel }, workspace).catch(failed('stored'));
      }
    } catch (error) {
      failed('read')(error as Error);
    }
  }

  /** One after another, so that the newest is the last. Never throws: what is not written is only read again. */
  #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const { notes, log } = this.#parts.host;
    this.#writing = this.#writing.then(() =>
      notes
        .put(this.#noteKey, [...this.#places.values()], { ttlMs: keptMs })
        .catch((err) => log.warn({ err }, 'where Slack was read to could not be kept')),
    );
    return this.#writing;
  }
}

function keyOf({ teamId, channel, thread = '' }: Place): string {
  return `${teamId}:${channel}:${thread}`;
}

/** Messages since the newest one that is stored, and a little before it, oldest first. */
async function missed({ client }: Workspace, { channel, thread, ts }: Place): Promise<{ ts?: string }[]> {
  const since = Math.max(Number(ts) - overlapSeconds, Date.now() / 1000 - forgottenAfterSeconds);
  const window = { channel, oldest: since.toFixed(6), limit: page.limit };
  const found: { ts?: string }[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < page.most; pages += 1) {
    const { messages = [], response_metadata: next } = await calling('reading what was missed', () =>
      thread
        ? client.conversations.replies({ ...window, ts: thread, cursor })
        : client.conversations.history({ ...window, cursor }),
    );
    found.push(...messages);
    cursor = next?.next_cursor || undefined;
    if (!cursor) break;
  }
  return found
    .filter((message) => Number(message.ts) > since)
    .sort((one, other) => Number(one.ts) - Number(other.ts));
}
