/** What happens in the hub as server-sent events: each with its cursor as the id, so that a client goes on where it was. */
import { once } from 'node:events';
import type { RequestHandler, Response } from 'express';
import { authorise } from '../access/principal.js';
import type { HubRequest } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import { concerned } from '../governance/event.js';
import type { EventLog, ReadEvent } from '../governance/event-log.js';
import type { Caller } from '../operations/operations.js';

export type EventFeed = Pick<EventLog, 'read' | 'more'>;

const heartbeatMs = 15_000;
const mostAtOnce = 500;

export interface EventStreams {
  handler: RequestHandler;
  /** Ends those that are open: clients go on elsewhere, with the last id they saw. */
  end(): void;
}

export function eventStreams(feed: EventFeed, operations: Caller): EventStreams {
  const ending = new AbortController();
  return {
    async handler(req, res) {
      const { principal, address, revoked } = req as unknown as HubRequest;
      if (!principal) throw new FatalError('token_missing', 'Send your token with the request.');
      const asker = { kind: 'token', ...principal } as const;
      const cursor = req.get('last-event-id') || req.query.cursor;
      if (cursor !== undefined && typeof cursor !== 'string')
        throw new FatalError('invalid_field', 'cursor: is given once.', { field: 'cursor' });
      // Who may read, and that they did, is said where all other operations say it.
      await operations.call('events.list', { limit: 1 }, asker, address);
      const closed = new AbortController();
      res.once('close', () => closed.abort());
      const ends = AbortSignal.any([closed.signal, ending.signal, ...(revoked ? [revoked] : [])]);
      if (res.destroyed || ends.aborted) return;
      const sees = (resource: ReturnType<typeof concerned>) => authorise(asker, 'events.read', resource);
      begin(res);
      const heartbeat = setInterval(() => res.write(':\n\n'), heartbeatMs);
      try {
        await follow(res, cursor, ends);
      } finally {
        clearInterval(heartbeat);
        res.end();
      }

      async function follow(res: Response, from: string | undefined, ends: AbortSignal): Promise<void> {
        for (let cursor = from; !ends.aborted; ) {
          const read = await feed.read(cursor, mostAtOnce);
          // Without an id, as all that is no event: what a client sends back is always the id of one.
          if (read.reset) res.write('event: reset\ndata: {}\n\n');
          const seen = read.events.filter(({ event }) => sees(concerned(event)));
          for (const one of seen)
            res.write(`id: ${one.id}\nevent: ${one.event.type}\ndata: ${shown(one)}\n\n`);
          if (res.writableNeedDrain) await once(res, 'drain', { signal: ends }).catch(() => {});
          cursor = read.cursor;
          if (read.events.length < mostAtOnce) await feed.more(ends);
        }
      }
    },
    end: () => ending.abort(),
  };
}

/** Whether a request wants the stream. */
export function wantsStream(accept: string | undefined): boolean {
  return /\btext\/event-stream\b/i.test(accept ?? '');
}

/** As `events.list` shows it. */
function shown({ id, event }: ReadEvent): string {
  return JSON.stringify({ id, ...event, at: new Date(event.at).toISOString() });
}

function begin(res: Response): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.write('retry: 1000\n\n');
}
