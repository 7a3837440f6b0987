/** Everything that the parts of one answer are made from. */
import type { Character } from '../../core/character.js';
import type { ModelRequest } from '../llm.js';
import { type Intent, intentOf, withoutGreeting } from './intent.js';
import { type Remark, remarksIn, yearOf } from './quote.js';
import type { Scene } from './scene.js';
import { type Voice, voiceOf } from './voice.js';
import { hashOf, sentencesOf } from './words.js';

/** One sentence of the turn, and what it wants. */
export interface Ask {
  intent: Intent;
  text: string;
}

/** One message of the turn, taken apart. */
export interface Part {
  greeted: boolean;
  asks: Ask[];
  /** Names of attached files. */
  files: string[];
}

export interface Desk {
  request: ModelRequest;
  scene: Scene;
  character: Character;
  voice: Voice;
  parts: Part[];
  remarks: Remark[];
  /** The year it is, as far as that can be told; null: it cannot. */
  year: number | null;
  /** The same for the same conversation: what would be chance elsewhere. */
  seed: number;
  /** What was quoted already, so that two questions do not get the same quote. */
  quoted: Set<string>;
  /** Parts of the answer that begin in the character's way already. */
  led: Set<string>;
}

export function deskFor(request: ModelRequest, scene: Scene): Desk {
  const { character } = request.grounding;
  const parts = scene.burst.map((text) => partOf(text, character.name));
  // What was told in the same turn can answer what is asked in it.
  const justNow = parts
    .flatMap(({ asks }) => asks)
    .filter(({ intent }) => intent === 'statement')
    .map(({ text }): Remark => ({ text, kind: 'said', speaker: null, at: null, justNow: true }));
  const remarks = [...remarksIn(scene.earlier, request.grounding, scene.asker), ...justNow];
  return {
    request,
    scene,
    character,
    voice: voiceOf(character),
    parts,
    remarks,
    year: yearOf(remarks),
    seed: hashOf(`${scene.earlier.length}/${scene.burst.join('\n')}`),
    quoted: new Set(),
    led: new Set(),
  };
}

/** A part of the answer that begins as the character does in such a case. */
export function begun(desk: Desk, lead: string, text: string): string {
  const part = text ? `${lead} ${text}` : lead;
  desk.led.add(part);
  return part;
}

/** As the hub writes an attachment into a message: its label, and the content as a JSON string. */
const attached = /\[file "((?:[^"\\]|\\.){0,300})", [^\]\n]{0,200}\](?: "(?:[^"\\]|\\.)*"(?: \[cut\])?)?/g;

export function partOf(text: string, name: string): Part {
  const files = [...text.matchAll(attached)].map(([, file = '']) => file);
  const asks: Ask[] = [];
  let greeted = false;
  for (const sentence of sentencesOf(text.replace(attached, '\n'))) {
    const head = withoutGreeting(sentence, name);
    greeted ||= head.greeted;
    if (/[\p{L}\p{N}\p{S}]/u.test(head.rest)) asks.push({ intent: intentOf(head.rest), text: head.rest });
  }
  return { greeted, asks, files };
}
