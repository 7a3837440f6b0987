/** A visitor's room as it is now, as server-sent events. Of turns they are told what is said, and nothing of tools. */
import type { ServerResponse } from 'node:http';
import type { Host, TurnEvent } from '../../src/extension-api.js';
import type { Doorbell } from './doorbell.js';
import type { Notices } from './notices.js';

const heartbeatMs = 15_000;
/** Unsent bytes above which no more is written: who reads so slowly is told the whole text later. */
const maxUnsentBytes = 262_144;

const changesWhatIsStored: ReadonlySet<string> = new Set(['turn.started', 'reply', 'delivered']);

export interface LiveRoom {
  roomId: string;
  channel: string;
  /** Unix seconds: the visitor's token ends then, and so does the stream. */
  until: number;
}

interface Stored {
  host: Pick<Host, 'watch' | 'history'>;
  notices: Pick<Notices, 'of'>;
}

export async function streamRoom(
  res: ServerResponse,
  { host, notices }: Stored,
  bell: Doorbell,
  { roomId, channel, until }: LiveRoom,
): Promise<void> {
  const { ending } = bell;
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  const write = (text: string) => {
    if (!res.destroyed && res.writableLength <= maxUnsentBytes) res.write(text);
  };
  /** What is stored may have changed. */
  const lookAgain = () => write('event: reset\ndata: {}\n\n');
  const unwatch = await host.watch(roomId, (event) => {
    const seen = seenBy(roomId, event);
    if (seen) write(`event: turn\ndata: ${JSON.stringify(seen)}\n\n`);
    if (changesWhatIsStored.has(event.type)) lookAgain();
  });
  const unhear = bell.hear(channel, lookAgain);
  const newestNow = async () => {
    const [said, told] = await Promise.all([newestOf(host, roomId), notices.of(channel)]);
    return `${said} ${told.at(-1)?.id}`;
  };
  // Where the store is away the stream stays, and is told of the change once it is back.
  let newest = await newestNow().catch(() => null);
  // Whatever was said while nobody listened.
  lookAgain();
  // What is delivered is told of, by whichever process does it, but an event may be lost.
  const heartbeat = setInterval(async () => {
    write(':\n\n');
    if (Date.now() / 1000 >= until) return res.end();
    const now = await newestNow().catch(() => newest);
    if (now !== newest) lookAgain();
    newest = now;
  }, heartbeatMs);
  const end = () => res.end();
  const tidy = () => {
    clearInterval(heartbeat);
    unwatch();
    unhear();
    ending.removeEventListener('abort', end);
  };
  ending.addEventListener('abort', end);
  res.once('close', tidy);
  if (res.destroyed) tidy();
  if (ending.aborted) end();
}

function seenBy(roomId: string, event: TurnEvent): object | null {
  const { turnId } = event;
  switch (event.type) {
    case 'turn.started':
    case 'text.delta':
    case 'text.so-far':
      return { ...event, roomId };
    case 'turn.waiting':
      return { type: event.type, roomId, turnId, until: event.until };
    case 'reply':
      return { type: 'turn.finished', roomId, turnId };
    case 'turn.failed':
      return { type: event.type, roomId, turnId };
    default:
      return null;
  }
}

async function newestOf(host: Pick<Host, 'history'>, roomId: string): Promise<string | undefined> {
  const { items } = await host.history(roomId, { limit: 1, order: 'newest' });
  return items[0] && `${items[0].id} ${items[0].status}`;
}
