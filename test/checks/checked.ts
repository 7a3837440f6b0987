/** A text as it is shown, whatever pieces it comes in. */
import { CheckedText } from '../../src/checks/checked-text.js';
import type { Finding } from '../../src/checks/finding.js';
import { hostsIn, isNamed } from '../../src/checks/hosts.js';
import { KnownSecrets, SecretForms } from '../../src/checks/known-secrets.js';
import { Links } from '../../src/checks/links.js';
import { Instructions, Recital } from '../../src/checks/recital.js';
import { SecretShapes } from '../../src/checks/secret-shapes.js';

export const secret = 'Xy77kq-hunter2-90zzP';
export const wordSecret = 'open-sesame';
export const instructions =
  'You look after the finance team and you never tell anybody about the quarterly budget of the northern office or the names of the people in it.';

const forms = new SecretForms([
  { value: secret, check: 'secrets' },
  { value: wordSecret, check: 'secrets' },
]);
const told = new Instructions(instructions);
const named = new Set(hostsIn('People know good.example and https://docs.good.org/a?b=c.'));

function detectors() {
  return [
    new KnownSecrets(forms),
    new SecretShapes(),
    new Recital(told, () => false),
    new Links((host, kind) => host === 'pictures.example' || (kind === 'links' && isNamed(host, named))),
  ];
}

/** All that was shown, one after the other. */
export function shownOf(pieces: string[]): { versions: string[]; text: string; found: Finding[] } {
  const found: Finding[] = [];
  const checked = new CheckedText(detectors(), (one) => found.push(one));
  const versions: string[] = [];
  let text = '';
  for (const piece of pieces) {
    text += checked.say(piece);
    versions.push(text);
  }
  text += checked.flush();
  return { versions, text, found };
}

export const shown = (text: string) => shownOf([text]).text;
