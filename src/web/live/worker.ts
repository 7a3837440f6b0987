/** A SharedWorker that holds the stream of all tabs of a browser: HTTP/1.1 has six connections a host, and tabs are many. */
/// <reference lib="webworker" />
import type { LiveMessage } from './events.js';
import { LiveStream } from './stream.js';

export type ToWorker =
  | { do: 'follow'; address: string; rooms: string[] }
  | { do: 'probe' }
  /** Still there: of tabs that crashed or were frozen, nothing is heard. */
  | { do: 'here' }
  | { do: 'leave' };

const goneMs = 90_000;

interface Tab {
  rooms: string[];
  seenAt: number;
}

const tabs = new Map<MessagePort, Tab>();
let stream: LiveStream | undefined;

(self as unknown as SharedWorkerGlobalScope).onconnect = ({ ports: [port] }) => {
  if (!port) return;
  tabs.set(port, { rooms: [], seenAt: Date.now() });
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => hear(port, data);
};

setInterval(() => {
  for (const [port, { seenAt }] of tabs) if (Date.now() - seenAt > goneMs) leave(port);
}, 30_000);

function hear(port: MessagePort, message: ToWorker): void {
  if (message.do === 'leave') {
    leave(port);
    return;
  }
  const tab = tabs.get(port) ?? { rooms: [], seenAt: 0 };
  tab.seenAt = Date.now();
  tabs.set(port, tab);
  if (message.do === 'probe') stream?.probe();
  if (message.do !== 'follow') return;
  tab.rooms = message.rooms;
  stream ??= new LiveStream(message.address, tell);
  stream.follow([...tabs.values()].flatMap(({ rooms }) => rooms));
  port.postMessage({ kind: 'state', state: stream.state } satisfies LiveMessage);
}

function leave(port: MessagePort): void {
  tabs.delete(port);
  if (tabs.size > 0) {
    stream?.follow([...tabs.values()].flatMap(({ rooms }) => rooms));
    return;
  }
  stream?.close();
  stream = undefined;
}

function tell(message: LiveMessage): void {
  if (message.kind === 'signed-out') stream = undefined;
  for (const port of tabs.keys()) port.postMessage(message);
}
