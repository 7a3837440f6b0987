/** What of an agent's definition is for the agent alone. */
import { createHash } from 'node:crypto';
import type { Character } from '../core/character.js';
import { templatePieces } from '../core/prompt-template.js';

/** What it was told to do, in the words of whoever defined it. */
export function instructionsOf({ system, prompt }: Character): string {
  const pieces = prompt.template === undefined ? [] : templatePieces(prompt.template);
  return [system, ...pieces.flatMap((piece) => ('text' in piece ? [piece.text] : []))].join('\n').trim();
}

/**
 * A word that stands in an agent's instructions and nowhere else: whoever repeats it repeats them. It is the same in all
 * workers, and another when the definition changes.
 */
export function canaryOf(character: Character): string {
  const { name, bio } = character;
  const digest = createHash('sha256').update(JSON.stringify([name, bio, instructionsOf(character)]));
  return `mark-${digest.digest('hex').slice(0, 20)}`;
}

const mostSentences = 60;

/** Those of a text that are long enough to be known again. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\n|(?<=[.!?])\s/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length >= 16)
    .slice(0, mostSentences);
}

const aboutSecrets =
  /secret|passw(?:or)?d|passphrase|passcode|credential|confidential|api.?key|\b(?:access|entry|vault|door|master|private|internal|security) ?(?:code|key|number|token)|\btoken\b|\bpin\b|never (?:tell|reveal|share|say|disclose|give|mention|show)|do not (?:tell|reveal|share|disclose|give|mention|show)/i;
const word = /[^\s"'`“”«»,;()[\]{}<>]{4,}/g;
const told =
  /(?:secret|passw(?:or)?d|passphrase|passcode|code ?word|pin)\b[^.\n"'“]{0,40}?(?:\bis\b|\bare\b|:|=)\s*(?:["'“«]([^"'”»\n]{4,80})["'”»]|([^\s"'“”«».,;]{4,80}))/gi;

/** Words of a text that it calls secret, or that look so in what it says of secrets. */
export function secretsIn(text: string): string[] {
  const found = new Set<string>();
  for (const [, quoted, plain] of text.matchAll(told)) {
    if (quoted !== undefined) found.add(quoted);
    if (plain !== undefined && /\d|[-_]|^[A-Z]{4,}$/.test(plain)) found.add(plain);
  }
  for (const line of text.split(/\n|(?<=[.!?])\s/))
    if (aboutSecrets.test(line))
      for (const [said] of line.matchAll(word)) {
        const plain = said.replace(/[.:!?]+$/, '');
        if (plain.length >= 6 && /\d/.test(plain) && /[\p{L}]/u.test(plain) && !isOrdinary(plain))
          found.add(plain);
      }
  return [...found];
}

/** Times, amounts, addresses, versions and the like. */
function isOrdinary(said: string): boolean {
  return /:\/\/|^\d+(?:[.,:]\d+)*\p{L}{0,4}$|^v?\d+(?:\.\d+)+|^[\p{L}]+-\d$/u.test(said);
}
