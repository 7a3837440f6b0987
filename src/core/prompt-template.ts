/** The order of a character's system text, and the author's own words between its parts: `{{persona}}`. */
import { z } from 'zod';
import { suggestion } from '../nearest.js';

/** What stands in a system text, as it does where there is no template. */
// biome-ignore format: one line.
export const promptSlots = ['instructions', 'persona', 'style', 'examples', 'format', 'context', 'facts', 'documents', 'recalled', 'summary'] as const;
export type PromptSlot = (typeof promptSlots)[number];

/** Without these an agent would not understand what it reads, or forget what it should know. */
const needed: readonly PromptSlot[] = ['format', 'context', 'facts', 'recalled'];

/** A piece of a template: a part of the system text, or words of the author. */
export type TemplatePiece = { slot: PromptSlot } | { text: string };

const slotPattern = /\{\{(.*?)\}\}/gs;

/** Documents that it does not name stand before what is recalled: there were templates before there were documents. */
export function templatePieces(template: string): TemplatePiece[] {
  const pieces = template
    .split(slotPattern)
    .map((text, at) => (at % 2 ? { slot: text.trim() } : { text: text.trim() }))
    .filter((piece) => 'slot' in piece || piece.text !== '') as TemplatePiece[];
  const places = (slot: PromptSlot) => pieces.findIndex((piece) => 'slot' in piece && piece.slot === slot);
  if (places('documents') < 0) pieces.splice(places('recalled'), 0, { slot: 'documents' });
  return pieces;
}

function problemsOf(template: string): string[] {
  const named = [...template.matchAll(slotPattern)].map(([, name = '']) => name.trim());
  const unknown = named.filter((name) => !promptSlots.some((slot) => slot === name));
  const twice = new Set(named.filter((name, at) => named.indexOf(name) !== at && !unknown.includes(name)));
  const missing = needed.filter((slot) => !named.includes(slot));
  return [
    ...unknown.map((name) => `{{${name}}} is no slot${suggestion(name, promptSlots)}`),
    ...[...twice].map((name) => `{{${name}}} stands there twice`),
    ...(/\{\{|\}\}/.test(template.replace(slotPattern, '')) ? ['a slot is written {{name}}'] : []),
    ...missing.map((slot) => `must have {{${slot}}}`),
  ];
}

export const PromptTemplate = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (Array.isArray(text) ? text.join('\n') : text))
  .superRefine((template, context) => {
    for (const message of problemsOf(template)) context.addIssue({ code: 'custom', message });
  });
