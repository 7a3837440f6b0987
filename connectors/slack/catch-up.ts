/**
 * Asks for what was said while no socket was open. Slack sends an event that nobody acknowledged again, but after a
 * minute and after five, behind what was said since, and then no more. So the conversations that were active last are
 * read from where they were left, before anything that comes over a new socket is taken.
 */
import { z } from 'zod';
import { atMost, CatchUpMarks, type Host, untilDone } from '../../src/extension-api.js';
import { calling } from './failure.js';
import type { Workspace } from './workspaces.js';

const Place = z.object({
  teamId: z.string(),
  enterpriseId: z.string().optional(),
  channel: z.string(),
  thread: z.string().optional(),
  /** Slack's id of a message there, in seconds; in the note, of the last one up to which all are stored. */
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
const pageSize = 200;

/** Events come in no promised order: so far before the mark another may be missing. */
const overlapSeconds = 3;

/** What is older is not answered any more when the hub comes back. */
const forgottenAfterSeconds = 24 * 3600;

/** What comes over the new socket waits no longer than this, in ms. */
const patienceMs = 10_000;

const keptMs = 7 * 86_400_000;

export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #stopped = new AbortController();
  /** Conversations that are being read, or wait to be. */
  readonly #reading = new Set<string>();
  /** Null before the first socket: without one nothing is asked for. */
  #marks: CatchUpMarks | null = null;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  async load(): Promise<void> {
    const { host, agentId } = this.#parts;
    this.#marks = await CatchUpMarks.load({
      notes: host.notes,
      key: `places:${agentId}`,
      most: maxPlaces,
      ttlMs: keptMs,
      codec,
      warn: (err) => host.log.warn({ err }, 'where Slack was read to could not be kept'),
    });
  }

  /** A message came. Of a conversation that is not known yet nothing is kept, unless the message was `letIn`. */
  begin(place: Place, letIn = false): void {
    if (letIn || this.#knows(place)) this.#marks?.begin(keyOf(place), positionOf(place.ts));
  }

  /** It need not come again. Resolves when the conversation is known to later processes, too. */
  async seen(place: Place): Promise<void> {
    if (this.#knows(place)) await this.#marks?.seen(keyOf(place), positionOf(place.ts));
  }

  /**
   * Resolves when what was missed stands in line; it is stored before what lines up then. Never rejects: what cannot be
   * read now is read later, and what Slack never shows is left to its own sending again.
   */
  async run(): Promise<void> {
    const marks = this.#marks;
    if (!marks) return;
    // Before anything new moves a mark. Where one is still being read from before, that goes on.
    const jobs = marks.conversations
      .reverse()
      .flatMap(([key]) => (this.#reading.has(key) ? [] : [{ key, read: marks.gap(key) }]));
    for (const { key } of jobs) this.#reading.add(key);
    const work = async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) await this.#read(marks, job.key, job.read);
    };
    await atMost(patienceMs, Promise.all(Array.from({ length: atOnce }, work)));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#marks?.close();
  }

  #knows(place: Place): boolean {
    return this.#marks?.upTo(keyOf(place)) !== undefined;
  }

  async #read(marks: CatchUpMarks, key: string, read: () => void): Promise<void> {
    const { workspaceOf, take, host } = this.#parts;
    const { signal } = this.#stopped;
    const place = placeOf(key, marks.upTo(key) ?? 0n);
    const { channel } = place;
    const failed = (what: string) => (error: unknown) =>
      host.log.warn({ connector: 'slack', channel }, `what was missed cannot be ${what}: ${String(error)}`);
    try {
      const found = await untilDone(
        async () => {
          const workspace = await workspaceOf(place);
          return { workspace, messages: await missed(workspace, place) };
        },
        { signal, waiting: failed('read yet') },
      );
      for (const message of found.messages)
        void untilDone(() => take({ ...message, type: 'message', channel }, found.workspace), {
          signal,
          waiting: failed('stored yet'),
        }).catch(failed('stored'));
    } catch (error) {
      // The mark stands where it was, for the next start.
      if (signal.aborted) return;
      failed('read')(error);
    }
    this.#reading.delete(key);
    read();
  }
}

const Places = z.array(Place);

/** As versions before the kit wrote it, and may read it beside us. */
const codec = {
  read: (noted: unknown) =>
    (Places.safeParse(noted).data ?? []).map((place): [string, bigint] => [
      keyOf(place),
      positionOf(place.ts),
    ]),
  write: (marks: [string, bigint][]) => marks.map(([key, upTo]) => placeOf(key, upTo)),
};

function keyOf({ teamId, enterpriseId = '', channel, thread = '' }: Place): string {
  return [teamId, enterpriseId, channel, thread].join(':');
}

function placeOf(key: string, upTo: bigint): Place {
  const [teamId = '', enterpriseId, channel = '', thread] = key.split(':');
  const micros = String(upTo).padStart(7, '0');
  const ts = `${micros.slice(0, -6)}.${micros.slice(-6)}`;
  return { teamId, channel, ts, ...(enterpriseId && { enterpriseId }), ...(thread && { thread }) };
}

/** In microseconds. */
function positionOf(ts: string): bigint {
  const [seconds = '0', micros = ''] = ts.split('.');
  return BigInt(seconds + micros.padEnd(6, '0').slice(0, 6));
}

/** Messages since the mark, and a little before it, oldest first. */
async function missed({ client }: Workspace, { channel, thread, ts }: Place): Promise<{ ts?: string }[]> {
  const since = Math.max(Number(ts) - overlapSeconds, Date.now() / 1000 - forgottenAfterSeconds);
  const window = { channel, oldest: since.toFixed(6), limit: pageSize };
  const found: { ts?: string }[] = [];
  let cursor: string | undefined;
  do {
    const { messages = [], response_metadata: next } = await calling('reading what was missed', () =>
      thread
        ? client.conversations.replies({ ...window, ts: thread, cursor })
        : client.conversations.history({ ...window, cursor }),
    );
    found.push(...messages);
    cursor = next?.next_cursor || undefined;
  } while (cursor);
  return found
    .filter((message) => Number(message.ts) > since)
    .sort((one, other) => Number(one.ts) - Number(other.ts));
}
