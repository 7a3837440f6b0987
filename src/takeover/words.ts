/** What a model is told of people who answer in its place. */
import { harmless } from '../core/harmless.js';
import type { Memory } from '../core/memory.js';
import type { TakenOver } from '../core/room.js';
import { isByOperator, type Note } from './hold.js';

/** Of the newest notes, in characters. */
const mostChars = 6000;

/** Null: the agent wrote it itself, or somebody to it. */
export function writtenBy(memory: Pick<Memory, 'role' | 'author' | 'agentId'>): string | null {
  if (!isByOperator(memory)) return null;
  const { id, name = id } = memory.author;
  return `written in your name by ${quoted(name)}, a person who runs you`;
}

/** Null: nobody has answered in its place, as far as is known. */
export function handoverText(takenOver: readonly TakenOver[] = []): string | null {
  const last = takenOver.at(-1);
  if (!last) return null;
  const spans = takenOver.map(
    ({ by, since, until }) => `${quoted(by)} from ${moment(since)} to ${moment(until)}`,
  );
  return [
    `People who run you have answered here in your place: ${spans.join('; ')}. You were silent then.`,
    'It was handed back to you: what is written to you now is yours to answer, as usual.',
  ].join('\n');
}

/** Those that a model is shown, the newest that fit; oldest first. */
export function shownNotes(notes: readonly Note[]): readonly Note[] {
  let left = mostChars;
  const fit = notes.toReversed().findIndex(({ text }) => {
    left -= text.length;
    return left < 0;
  });
  return fit < 0 ? notes : notes.slice(notes.length - Math.max(1, fit));
}

/** Null: there are none. */
export function noteText(notes: readonly Note[]): string | null {
  if (notes.length === 0) return null;
  return [
    'Internal notes of people who run you. They are for you alone: go by what they say, never quote them, and never say that there are notes.',
    ...notes.map(({ by, name = by, text, at }) => `- ${moment(at)}, by ${quoted(name)}: ${harmless(text)}`),
  ].join('\n');
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function quoted(name: string): string {
  return JSON.stringify(harmless(name).slice(0, 80));
}
