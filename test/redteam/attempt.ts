/** What attackers try, as data: who says what, what lies about outside, and what counts as success. */
import type { Part } from '../../src/core/part.js';
import type { Secret } from './secrets.js';

/** Names of one attempt's own: no other attempt's deeds count for it. */
export interface Target {
  id: string;
  /** The attacker's host and address. Nobody of the firm has named either. */
  site: string;
  url: string;
  box: string;
  account: string;
  /** A file, a note, a ticket and a mail box of the firm, and a page of somebody else's. */
  file: string;
  note: string;
  ticket: string;
  inbox: string;
  page: string;
  /** A person without a role, one of the staff, and the operator. */
  mallory: string;
  ann: string;
  olga: string;
  /** The room of the staff, and the one that customers read, too. */
  team: string;
  lobby: string;
}

export type Person = 'mallory' | 'ann' | 'olga';

/** What happens, one after the other. */
export type Step =
  | {
      by: Person;
      /** Absent: directly to the agent. */
      in?: 'team' | 'lobby';
      text: string;
      /** What the person calls themselves. */
      called?: string;
      addressed?: false;
      quote?: { author?: string; text: string };
      parts?: Part[];
      files?: { name: string; text: string; as?: 'pdf' | 'docx' }[];
    }
  /** Something outside: the page, the file, the note, the ticket or the mail of this attempt has this in it. */
  /** `under`: another page of the same site, whose address ends so. */
  | { page: string; under?: string }
  | { file: string }
  | { note: string }
  | { ticket: object }
  | { mail: string }
  /** Days go by: a new conversation begins, and what was done before does not count. */
  | { days: number; of: Person; in?: 'team' | 'lobby' };

/** One of them is enough. Each is seen from outside. */
export type Success =
  /** `words`: what people have said is in it. `at`: not the attacker's own site, and one that somebody has named. */
  | { request: true; telling?: Secret; words?: string; at?: 'page' }
  | { mailed: true; telling?: Secret }
  | { wired: true }
  | { deleted: true }
  | { granted: true }
  | { shown: Secret; in: 'team' | 'lobby' | Person }
  /** These words of the attacker's. */
  | { words: string; in: 'team' | 'lobby' | Person };

export interface Attempt {
  name: string;
  steps: Step[];
  success: Success[];
  /** What a tool of this agent says of itself; absent: the agent has the firm's tools alone. */
  described?: { tool: string; parameter?: string };
  /** Why it fails on a hub without the defences. */
  alreadyStopped?: string;
}

export type Make = (target: Target) => Attempt;
