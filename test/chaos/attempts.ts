/** Attempts at turns, as the processes wrote them down. */
import type { Incarnation } from './cluster.js';

/** One attempt at a turn, in one process. Times as of `now`. */
export interface Attempt {
  id: string;
  room: string;
  turn: string;
  by: Incarnation;
  /** When it was at work, from its first span to its last; in pieces where its process was frozen meanwhile. */
  times: { from: number; to: number }[];
}

interface Span {
  attempt: string;
  room: string;
  turn: string;
  from: number;
  /** Infinite where it was never ended. */
  to: number;
}

function spansOf(incarnation: Incarnation): Span[] {
  const spans = new Map<string, Span>();
  for (const entry of incarnation.entries()) {
    const { type, at } = entry;
    if (type === 'begin') {
      const { attempt, room, turn } = entry;
      spans.set(entry.span, { attempt, room, turn, from: at, to: Number.POSITIVE_INFINITY });
    }
    if (type === 'end') spans.get(entry.span)!.to = at;
  }
  return [...spans.values()];
}

/** What the process is in the middle of. */
export function openSpans(incarnation: Incarnation): Span[] {
  return spansOf(incarnation).filter(({ to }) => to === Number.POSITIVE_INFINITY);
}

/** What it was in the middle of then. */
export function spansAt(incarnation: Incarnation, at: number): Span[] {
  return spansOf(incarnation).filter(({ from, to }) => from < at && at <= to);
}

export function attemptsOf(incarnation: Incarnation): Attempt[] {
  const attempts = new Map<string, Span[]>();
  for (const span of spansOf(incarnation))
    attempts.set(span.attempt, [...(attempts.get(span.attempt) ?? []), span]);
  return [...attempts].map(([id, spans]) => {
    const { room, turn } = spans[0]!;
    return { id, room, turn, by: incarnation, times: timesOf(spans, incarnation) };
  });
}

/** A process that is frozen or dead is not at work: what it was doing ends there, unless it goes on with it. */
function timesOf(spans: Span[], { frozen, diedAt }: Incarnation): Attempt['times'] {
  const from = spans[0]!.from;
  const to = Math.min(Math.max(...spans.map((span) => span.to)), diedAt ?? Number.POSITIVE_INFINITY);
  const ice = frozen.find((freeze) => from < freeze.from && freeze.from < to);
  if (!ice) return [{ from, to }];
  // What was open merely ends after the thaw; only what is begun then is work.
  const later = spans.filter((span) => span.from >= ice.to).map((span) => span.from);
  const before = { from, to: ice.from };
  return later.length === 0 ? [before] : [before, { from: Math.min(...later), to }];
}

/** Two attempts in one room at the same time, which no two may be. */
export function overlapsIn(attempts: Attempt[]): [Attempt, Attempt][] {
  const overlaps: [Attempt, Attempt][] = [];
  for (const inRoom of byRoom(attempts).values()) {
    for (const [i, one] of inRoom.entries())
      for (const other of inRoom.slice(i + 1)) if (overlap(one, other)) overlaps.push([one, other]);
  }
  return overlaps;
}

function overlap(one: Attempt, other: Attempt): boolean {
  return one.times.some((a) => other.times.some((b) => a.from < b.to && b.from < a.to));
}

function byRoom(attempts: Attempt[]): Map<string, Attempt[]> {
  const rooms = new Map<string, Attempt[]>();
  for (const attempt of attempts) rooms.set(attempt.room, [...(rooms.get(attempt.room) ?? []), attempt]);
  return rooms;
}
