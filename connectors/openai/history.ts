/** A client's history as digests: what of it was sent before, by whatever wording of white space. */
import { createHmac } from 'node:crypto';
import type { Said } from './request.js';

/** A user's message and all that was said before it. */
export interface Step {
  /** Of the whole history to here. */
  path: string;
  /** Of the message alone. */
  text: string;
  /** Of the assistant's words right before it; empty: there are none. */
  before: string;
  said: Said;
}

/** The user's messages of a history, in order. */
export function stepsOf(history: readonly Said[], key: string): Step[] {
  const steps: Step[] = [];
  let path = '';
  let before = '';
  for (const said of history) {
    const text = digest(
      key,
      said.text.normalize('NFC').replace(/\s+/g, ' ').trim(),
      ...said.files.map(({ data }) => data),
    );
    path = digest(key, path, said.role, text);
    if (said.role === 'user') steps.push({ path, text, before, said });
    before = said.role === 'assistant' ? text : '';
  }
  return steps;
}

/** The same as that of an assistant's message with this text. */
export function digestOfReply(text: string, key: string): string {
  return digest(key, text.normalize('NFC').replace(/\s+/g, ' ').trim());
}

/** Keyed: a short text could be found by trying. */
export function digest(key: string, ...parts: string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
