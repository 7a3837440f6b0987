/** Which statements one clause makes. */
import { belongings } from './belongings.js';
import type { Draft, Rule, Timing } from './draft.js';
import { events } from './events.js';
import { habits } from './habits.js';
import { homes } from './homes.js';
import { identity } from './identity.js';
import { possessions } from './possessions.js';
import type { Predicate } from './predicate.js';
import { relations } from './relations.js';
import { renames } from './renames.js';
import { tastes } from './tastes.js';
import { work } from './work.js';

/** The first that reads the clause has it. */
const rules: Rule[] = [
  renames,
  belongings,
  tastes,
  relations,
  homes,
  work,
  possessions,
  identity,
  habits,
  events,
];
/** What of the speaker's people or animals is worth knowing; the rest says little. */
const ofOthers = new Set<Rule>([renames, belongings, identity, homes, work, tastes, possessions, habits]);

export function statementsOf(predicate: Predicate, timing: Timing): Draft[] {
  for (const rule of rules) {
    if (predicate.subject !== 'self' && !ofOthers.has(rule)) continue;
    const drafts = rule(predicate, timing);
    if (drafts.length > 0) return drafts;
  }
  return [];
}
