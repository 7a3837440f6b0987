/** The live stream as pages see it: held by a SharedWorker for all tabs, or by this tab where there are none. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf } from '../api.js';
import type { HubEvent, LinkState, LiveMessage, TurnEvent } from './events.js';
import { LiveStream } from './stream.js';
import type { ToWorker } from './worker.js';

export type { HubEvent, TurnEvent } from './events.js';

/** Whether what is shown is as it is now. */
export const linkState = signal<LinkState>('connecting');
/** True once the hub says that nobody is signed in. */
export const signedOut = signal(false);

type Listener = (message: LiveMessage) => void;
const listeners = new Set<Listener>();
/** Rooms by how many parts of the page follow them. */
const rooms = new Map<string, number>();
let send: ((message: ToWorker) => void) | undefined;

/** Called with each event of the hub, and after a gap with null: what was read before may be old. */
export function useHubEvents(see: (event: HubEvent | null) => void): void {
  useListener((message) => {
    if (message.kind === 'hub') see(message.event);
    if (message.kind === 'reset') see(null);
  });
}

/** Called with what happens in the turns of a room while it is shown. */
export function useTurnEvents(roomId: string | undefined, see: (event: TurnEvent) => void): void {
  useListener((message) => {
    if (message.kind === 'turn' && message.event.roomId === roomId) see(message.event);
  });
  useEffect(() => {
    if (roomId === undefined) return;
    count(roomId, 1);
    return () => count(roomId, -1);
  }, [roomId]);
}

function useListener(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear: Listener = (message) => latest.current(message);
    listeners.add(hear);
    start();
    return () => listeners.delete(hear) as unknown as undefined;
  }, []);
}

function count(roomId: string, by: 1 | -1): void {
  const left = (rooms.get(roomId) ?? 0) + by;
  if (left > 0) rooms.set(roomId, left);
  else rooms.delete(roomId);
  start();
  follow();
}

function follow(): void {
  send?.({ do: 'follow', address: addressOf('console/live'), rooms: [...rooms.keys()] });
}

function start(): void {
  if (send) return;
  send = typeof SharedWorker === 'function' ? shared() : alone();
  follow();
  const probe = () => send?.({ do: 'probe' });
  // A laptop that wakes has connections that look open and are dead.
  for (const name of ['online', 'pageshow', 'focus']) window.addEventListener(name, probe);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && probe());
  document.addEventListener('resume', probe);
  window.addEventListener('pagehide', () => send?.({ do: 'leave' }));
  window.addEventListener('pageshow', ({ persisted }) => persisted && follow());
  setInterval(() => send?.({ do: 'here' }), 30_000);
}

function shared(): (message: ToWorker) => void {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'carrier-live',
  });
  worker.port.onmessage = ({ data }) => hear(data);
  return (message) => worker.port.postMessage(message);
}

function alone(): (message: ToWorker) => void {
  let stream: LiveStream | undefined;
  return (message) => {
    if (message.do === 'follow') {
      stream ??= new LiveStream(message.address, hear);
      stream.follow(message.rooms);
    }
    if (message.do === 'probe') stream?.probe();
    if (message.do === 'leave') stream?.close();
  };
}

function hear(message: LiveMessage): void {
  if (message.kind === 'state') linkState.value = message.state;
  if (message.kind === 'signed-out') signedOut.value = true;
  for (const listener of [...listeners]) listener(message);
}
