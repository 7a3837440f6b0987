/**
 * What happens, as it happens, for pages: events of the hub by their cursor, each once however often the connection breaks;
 * and those of turns in the rooms that are shown, best effort.
 */
import { once } from 'node:events';
import type { RequestHandler, Response } from 'express';
import { authorise, type TokenHolder } from '../access/principal.js';
import type { Host, HubRequest } from '../connector/connector.js';
import { directPrefix, userOfRoom } from '../connector/kit/token-access.js';
import type { Agent } from '../core/character.js';
import { tokenConnector } from '../core/connector-settings.js';
import type { TurnEvent } from '../core/events.js';
import { isRoomId, roomIdOf } from '../core/memory.js';
import { FatalError } from '../errors.js';
import { concerned } from '../governance/event.js';
import type { EventLog, ReadEvent } from '../governance/event-log.js';
import { userOf } from './me.js';

export interface LiveParts {
  events: Pick<EventLog, 'read' | 'more' | 'end'>;
  host: Pick<Host, 'watch' | 'history'>;
  agents(): readonly Agent[];
}

const heartbeatMs = 15_000;
const mostAtOnce = 500;
const mostRooms = 50;
/** Between looks at rooms that could not be seen: of one in which nothing was said yet, nobody knows whose it is. */
const lookMs = 2000;
/** Unsent bytes above which pieces of text are left out: a browser that slow is told again all that was said so far. */
const mostUnsent = 262_144;

export interface LiveStreams {
  handler: RequestHandler;
  /** Ends those that are open: browsers go on elsewhere, where they were. */
  end(): void;
}

export function liveStreams(parts: LiveParts): LiveStreams {
  const ending = new AbortController();
  return {
    async handler(req, res) {
      const { principal, revoked } = req as unknown as HubRequest;
      if (!principal) throw new FatalError('token_missing', 'Sign in first.');
      const cursor = cursorOf(req.get('last-event-id') || req.query.cursor);
      const rooms = roomsOf(req.query.room);
      const closed = new AbortController();
      res.once('close', () => closed.abort());
      const ends = AbortSignal.any([closed.signal, ending.signal, ...(revoked ? [revoked] : [])]);
      if (res.destroyed || ends.aborted) return;
      begin(res);
      const heartbeat = setInterval(() => res.write(':\n\n'), heartbeatMs);
      const watched = new WatchedRooms(parts, principal, (event) => writeTurn(res, event));
      try {
        await Promise.all([follow(res, cursor, principal, watched.own, ends), watched.follow(rooms, ends)]);
      } finally {
        clearInterval(heartbeat);
        watched.end();
        res.end();
      }
    },
    end: () => ending.abort(),
  };

  async function follow(
    res: Response,
    from: string | undefined,
    holder: TokenHolder,
    watched: ReadonlySet<string>,
    ends: AbortSignal,
  ) {
    const { events } = parts;
    const asker = { kind: 'token', ...holder } as const;
    let cursor = from;
    if (cursor === undefined) {
      cursor = await events.end();
      // From here it goes on, should the connection break before anything happens.
      write(res, { id: cursor, event: { type: 'ready', at: Date.now() } });
    }
    while (!ends.aborted) {
      const read = await events.read(cursor, mostAtOnce);
      // Without an id, as all that is no event: what a browser sends back is always the id of one.
      if (read.reset) res.write('event: reset\ndata: {}\n\n');
      const own = ownRooms(holder, parts.agents());
      for (const one of read.events) {
        const about = concerned(one.event);
        const { roomId = '' } = about;
        if (authorise(asker, 'events.read', about) || own.has(roomId) || watched.has(roomId)) write(res, one);
      }
      if (res.writableNeedDrain) await once(res, 'drain', { signal: ends }).catch(() => {});
      cursor = read.cursor;
      if (read.events.length < mostAtOnce) await events.more(ends);
    }
  }
}

/** Rooms of which turns are told to one browser, as far as it may see them. */
class WatchedRooms {
  /** Those among them that are their own. */
  readonly own = new Set<string>();
  readonly #parts: LiveParts;
  readonly #holder: TokenHolder;
  readonly #tell: (event: TurnEvent & { roomId: string }) => void;
  readonly #ends: (() => void)[] = [];

  constructor(parts: LiveParts, holder: TokenHolder, tell: (event: TurnEvent & { roomId: string }) => void) {
    this.#parts = parts;
    this.#holder = holder;
    this.#tell = tell;
  }

  async follow(rooms: readonly string[], ends: AbortSignal): Promise<void> {
    for (let left = rooms; left.length > 0 && !ends.aborted; ) {
      const seen = await Promise.all(left.map((room) => this.#isSeen(room)));
      for (const [at, room] of left.entries()) if (seen[at]) await this.#watch(room, ends);
      left = left.filter((_, at) => !seen[at]);
      if (left.length > 0) await later(lookMs, ends);
    }
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  async #watch(roomId: string, ends: AbortSignal): Promise<void> {
    const end = await this.#parts.host.watch(roomId, (event) => {
      if (!ends.aborted) this.#tell({ ...event, roomId });
    });
    if (ends.aborted) end();
    else this.#ends.push(end);
  }

  async #isSeen(roomId: string): Promise<boolean> {
    if (ownRooms(this.#holder, this.#parts.agents()).has(roomId)) return true;
    const [any] = (await this.#parts.host.history(roomId, { limit: 1 })).items;
    const { connector, tenant, channel } = any?.source ?? {};
    if (any && connector === tokenConnector && this.#isOwn(any.agentId, tenant!, channel!)) {
      this.own.add(roomId);
      return true;
    }
    const where = any ? { roomId, agentId: any.agentId, connector, tenant, channel } : { roomId };
    return authorise({ kind: 'token', ...this.#holder }, 'rooms.read', where);
  }

  /** A further room of theirs: it is known by what stands in it. */
  #isOwn(agentId: string, tenant: string, channel: string): boolean {
    const user = userOf(this.#holder);
    if (user === undefined || tenant !== this.#holder.tenant || userOfRoom(channel) !== user) return false;
    const own = { agentId, connector: tokenConnector, tenant, userId: user };
    return authorise({ kind: 'token', ...this.#holder }, 'messages.read', own);
  }
}

/** In which they talk with agents themselves; so they may watch them before anything was said there. */
function ownRooms(holder: TokenHolder, agents: readonly Agent[]): Set<string> {
  const user = userOf(holder);
  if (user === undefined) return new Set();
  const { tenant } = holder;
  const source = { connector: tokenConnector, tenant, channel: directPrefix + user };
  const asker = { kind: 'token', ...holder } as const;
  const mayRead = (agentId: string) =>
    authorise(asker, 'messages.read', { agentId, connector: tokenConnector, tenant, userId: user });
  return new Set(agents.filter(({ id }) => mayRead(id)).map(({ id }) => roomIdOf(id, source)));
}

function writeTurn(res: Response, event: TurnEvent & { roomId: string }): void {
  // The hub's own events say so to pages.
  if (event.type === 'delivered') return;
  if (event.type === 'text.delta' && res.writableLength > mostUnsent) return;
  // The answer is in the room's history, with all that pages may know of it.
  const shown = 'reply' in event ? { ...event, reply: undefined } : event;
  res.write(`event: turn\ndata: ${JSON.stringify(shown)}\n\n`);
}

/** As `/events` tells it. */
function write(res: Response, { id, event }: ReadEvent): void {
  const data = JSON.stringify({ id, ...event, at: new Date(event.at).toISOString() });
  res.write(`id: ${id}\nevent: ${event.type}\ndata: ${data}\n\n`);
}

function begin(res: Response): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.write('retry: 1000\n\n');
}

function cursorOf(said: unknown): string | undefined {
  if (said === undefined || (typeof said === 'string' && said.length <= 100)) return said;
  throw new FatalError('invalid_field', 'cursor: is given once.', { field: 'cursor' });
}

function roomsOf(said: unknown): string[] {
  const rooms = said === undefined ? [] : [said].flat();
  if (rooms.length <= mostRooms && rooms.every((room) => typeof room === 'string' && isRoomId(room)))
    return [...new Set(rooms as string[])];
  throw new FatalError('invalid_field', `room: is an id of a room, given ${mostRooms} times at most.`, {
    field: 'room',
  });
}

function later(ms: number, ends: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    ends.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      ends.removeEventListener('abort', done);
      resolve();
    }
  });
}
