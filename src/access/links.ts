/**
 * Linking by a code: somebody is given one where they write, types it from their other account, and then says yes where it
 * was given. So whoever links two accounts has both.
 */
import { z } from 'zod';
import { newCode, readCode } from '../core/code.js';
import { newId } from '../core/ids.js';
import { Source } from '../core/memory.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { Account, type PlatformWide, type SharedBy } from './account.js';
import { type People, refused } from './people.js';

const openMs = 10 * 60 * 1000;
const mostWrong = 5;

/** An account, and where it can be told something. */
export const Party = z.object({
  account: Account,
  agentId: z.string(),
  source: Source,
  name: z.string().optional(),
});
export type Party = z.infer<typeof Party>;

/** `until`: Unix ms, by the hub's clock; the store's own only clears away what is long over. */
const Open = z.object({ code: z.string(), giver: Party, until: z.number() });
const Question = z.object({ number: z.string(), giver: Party, typist: Party, until: z.number() });
/** The account that was given the code is asked whether it is one person with the one that typed it. */
export type Question = z.infer<typeof Question>;
const Wrong = z.object({ at: z.number() });

const codeNote = defineNote({ key: (code: string) => `link-code:${code}`, schema: Open });
const openNote = defineNote({ key: (account: string) => `link-open:${account}`, schema: Open });
const questionNote = defineNote({ key: (account: string) => `link-question:${account}`, schema: Question });
const wrongNote = defineNote({ key: (path: string) => `link-wrong:${path}`, schema: Wrong });

export interface LinksParts {
  notes: NoteStore;
  people: People;
  platformWide: PlatformWide;
  sharedBy: SharedBy;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class Links {
  readonly #parts: LinksParts;
  readonly #codes: TypedNotes<string, z.infer<typeof Open>>;
  /** The one open code of each account. */
  readonly #open: TypedNotes<string, z.infer<typeof Open>>;
  readonly #questions: TypedNotes<string, Question>;
  readonly #wrong: TypedNotes<string, z.infer<typeof Wrong>>;

  constructor(parts: LinksParts) {
    const { notes, log } = parts;
    this.#parts = parts;
    this.#codes = codeNote.in(notes, log);
    this.#open = openNote.in(notes, log);
    this.#questions = questionNote.in(notes, log);
    this.#wrong = wrongNote.in(notes, log);
  }

  /**
   * A code for this account, which ends the one before; or the question that waits for its answer.
   * @throws FatalError `link_refused` for an account that is nobody's alone.
   */
  async start(giver: Party): Promise<{ code: string } | { question: Question }> {
    this.#requireOneself(giver);
    const id = this.#parts.people.idOf(giver.account);
    const question = await this.#questions.get(id);
    if (question && !this.#isOver(question)) return { question };
    const before = await this.#open.get(id);
    if (before) await this.#codes.take(before.code);
    const open = { code: newCode(), giver, until: this.#parts.now() + openMs };
    await this.#codes.put(open.code, open, { ttlMs: openMs });
    await this.#open.put(id, open, { ttlMs: openMs });
    return { code: open.code };
  }

  /**
   * Takes the code, and so nobody else can; typing it is the typist's yes.
   * @throws FatalError `link_unknown` for a wrong code, `link_refused` for one that cannot be used so.
   */
  async enter(typist: Party, typed: string): Promise<Question> {
    const { people } = this.#parts;
    this.#requireOneself(typist);
    const attempt = await this.#attempt(people.idOf(typist.account));
    const code = readCode(typed);
    const found = await this.#codes.get(code);
    const open =
      found && !this.#isOver(found) ? await this.#open.get(people.idOf(found.giver.account)) : null;
    // Of two that were made at the same moment one counts.
    if (!found || open?.code !== code) throw unknownCode();
    const { giver } = found;
    if (this.#isSamePlatform(giver.account, typist.account)) {
      if (people.isSame(giver.account, typist.account)) await this.#wrong.take(attempt);
      throw refused('This code was given here. Type it where your other account is, on another platform.');
    }
    const linked = await people.linkedWith(giver.account);
    if (linked.some(({ account }) => people.isSame(account, typist.account)))
      throw refused('The two accounts are linked already.');
    await people.requireLinkable(giver.account, typist.account);
    if (!(await this.#codes.take(code))) throw unknownCode();
    const giverId = people.idOf(giver.account);
    await this.#open.take(giverId);
    await this.#wrong.take(attempt);
    const question = { number: newId(), giver, typist, until: this.#parts.now() + openMs };
    await this.#questions.put(giverId, question, { ttlMs: openMs });
    return question;
  }

  /**
   * The question of this account, which is answered now, and by nobody else.
   * @param number of the one that is meant; absent: whichever waits.
   * @throws FatalError `link_unknown`
   */
  async answer(account: Account, number?: string): Promise<Question> {
    const id = this.#parts.people.idOf(account);
    const waiting = await this.#questions.get(id);
    const meant = waiting && (number === undefined || waiting.number === number);
    const question = meant ? await this.#questions.take(id) : null;
    if (!question || this.#isOver(question))
      throw new FatalError('link_unknown', 'Nothing waits for this answer any more. Begin again with /link.');
    if (question.number === waiting?.number) return question;
    // Another one was asked in between, and nobody has said anything to that.
    await this.#questions.put(id, question, { ttlMs: Math.max(1, question.until - this.#parts.now()) });
    throw new FatalError('link_unknown', 'Somebody else asks by now. Look again with /link.');
  }

  /** Counted before it is tried, so that many at once are not more. */
  async #attempt(account: string): Promise<string> {
    const attempt = `${account}:${newId()}`;
    const now = this.#parts.now();
    await this.#wrong.put(attempt, { at: now }, { ttlMs: openMs });
    // Of those that are over, the store may have some still.
    const all = await this.#wrong.list(`${account}:`, 1000);
    const lately = all.filter(({ value }) => value && value.at > now - openMs);
    if (lately.length <= mostWrong) return attempt;
    await this.#wrong.take(attempt);
    const free = Math.min(...lately.map(({ value }) => value!.at)) + openMs;
    const minutes = Math.max(1, Math.ceil((free - now) / 60_000));
    throw refused(
      `Too many wrong codes from this account. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    );
  }

  #requireOneself({ account }: Party): void {
    const why = this.#parts.sharedBy(account);
    if (why !== null) throw refused(`This account cannot be linked: ${why}.`);
  }

  #isOver({ until }: { until: number }): boolean {
    return until <= this.#parts.now();
  }

  #isSamePlatform(one: Account, other: Account): boolean {
    const { connector, tenant } = other;
    return one.connector === connector && (one.tenant === tenant || this.#parts.platformWide(connector));
  }
}

function unknownCode(): FatalError {
  return new FatalError(
    'link_unknown',
    'No such code. It may have been used, or be older than ten minutes: get a new one with /link from your other account.',
    { field: 'code' },
  );
}
