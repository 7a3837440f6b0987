/**
 * People: each is one account, or several that were linked. The note of an account says in which person it is, and so it
 * is in one at most, whatever is cut off; notes by person only help to find its accounts, and are held against those.
 */
import { z } from 'zod';
import { newId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { Account, accountId, type PlatformWide } from './account.js';
import { baseOf, consoleAccount } from './console-account.js';
import type { Fresh, Freshness } from './freshness.js';

const mostAccounts = 20;
/** More than there can be of what was cut off. */
const mostHints = 200;
const mostListed = 10_000;

const Linked = z.object({
  account: Account,
  person: z.string(),
  /** Unix ms. */
  linkedAt: z.number(),
  /** Who did it, by id: `person`, or as audit rows name somebody. */
  by: z.string(),
});
export type Linked = z.infer<typeof Linked>;

const accountNote = defineNote({ key: (id: string) => `account:${id}`, schema: Linked });
/** Under the person's id and then the account's. */
const hintNote = defineNote({
  key: (path: string) => `person:${path}`,
  schema: z.object({ account: Account }),
});

export interface PeopleParts {
  notes: NoteStore;
  freshness: Freshness;
  platformWide: PlatformWide;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class People {
  readonly #parts: PeopleParts;
  readonly #accounts: TypedNotes<string, Linked>;
  readonly #hints: TypedNotes<string, { account: Account }>;
  readonly #kept: Fresh<Linked[]>;
  readonly #any: Fresh<boolean>;

  constructor(parts: PeopleParts) {
    this.#parts = parts;
    this.#accounts = accountNote.in(parts.notes, parts.log);
    this.#hints = hintNote.in(parts.notes, parts.log);
    this.#kept = parts.freshness.kept();
    this.#any = parts.freshness.kept();
  }

  idOf(account: Account): string {
    return accountId(account, this.#parts.platformWide);
  }

  isSame(one: Account, other: Account): boolean {
    return this.idOf(one) === this.idOf(other);
  }

  /** All accounts of whose account this is: itself first, the others in the order in which they were linked. */
  async accountsOf(account: Account): Promise<Account[]> {
    const others = (await this.linkedWith(account)).map((linked) => linked.account);
    return [account, ...others.filter((other) => !this.isSame(other, account))];
  }

  /**
   * Names whose account it is: alike for all accounts of a person. Never rejects: one that cannot be read is by itself,
   * since it is better to count apart than not at all.
   */
  async personKeyOf(account: Account): Promise<string> {
    const [first] = await this.linkedWith(account).catch(() => []);
    return first?.person ?? this.idOf(account);
  }

  /** The accounts of the person, this one included; none where it is linked with no other. */
  async linkedWith(account: Account): Promise<readonly Linked[]> {
    // Most hubs link nobody, and every message asks.
    if (!(await this.#any.get('', async () => (await this.#accounts.list('', 1)).length > 0))) return [];
    const id = this.idOf(account);
    return this.#kept.get(id, () => this.#read(id));
  }

  /** All accounts that are linked with others, as they are stored now. */
  async linked(): Promise<Account[]> {
    return (await this.#accounts.list('', mostListed)).flatMap(({ value }) => value?.account ?? []);
  }

  /** @throws FatalError `link_refused`: both are linked with others already, or there are too many. */
  async link(one: Account, other: Account, by: string): Promise<void> {
    const joining = await this.#joining(one, other);
    if (!joining) return;
    const { accounts, person } = joining;
    const linkedAt = this.#parts.now();
    for (const account of accounts) {
      const id = this.idOf(account);
      const before = await this.#accounts.get(id);
      await this.#hints.put(`${person}:${id}`, { account });
      // From here on it is in this person, and in no other.
      await this.#accounts.put(id, { account, person, linkedAt, by });
      if (before && before.person !== person) await this.#hints.take(`${before.person}:${id}`);
    }
    this.#parts.freshness.changed();
  }

  /** What `link` would throw of these two. */
  async requireLinkable(one: Account, other: Account): Promise<void> {
    await this.#joining(one, other);
  }

  /** Somebody's account in the console is one person with the one they came from, whatever it was linked with before. */
  async linkConsole(account: Account): Promise<void> {
    const inConsole = consoleAccount(account);
    const before = await this.#read(this.idOf(inConsole));
    if (before.length > 0 && !before.some((linked) => this.isSame(linked.account, account)))
      await this.unlink(inConsole);
    await this.link(account, inConsole, 'person');
  }

  /** Whether somebody's account in the console is one person with the one they came from. */
  async hasConsole(account: Account): Promise<boolean> {
    const inConsole = consoleAccount(account);
    return (await this.linkedWith(account)).some((linked) => this.isSame(linked.account, inConsole));
  }

  /** Its account in the console goes with it. False: it was linked with no other. */
  async unlink(account: Account): Promise<boolean> {
    const id = this.idOf(account);
    const others = await this.#read(id);
    const taken = await this.#accounts.take(id);
    const inConsole = others.find((linked) => this.isSame(linked.account, consoleAccount(account)));
    if (inConsole) await this.#accounts.take(this.idOf(inConsole.account));
    this.#parts.freshness.changed();
    if (taken) await this.#hints.take(`${taken.person}:${id}`);
    if (inConsole) await this.#hints.take(`${inConsole.person}:${this.idOf(inConsole.account)}`);
    return taken !== null && others.length > 0;
  }

  /** Which accounts become of which person; null: they are one already. */
  async #joining(one: Account, other: Account): Promise<{ accounts: Account[]; person: string } | null> {
    if (this.isSame(one, other)) throw refused('Both are the same account.');
    const [ofOne, ofOther] = await Promise.all([this.#read(this.idOf(one)), this.#read(this.idOf(other))]);
    if (ofOne.some(({ account }) => this.isSame(account, other))) return null;
    const all = [...ofOne, ...ofOther].map(({ account }) => account);
    // Those of the console come with the accounts behind them, and count with them.
    const counted = new Set([one, other, ...all].map((account) => this.idOf(baseOf(account))));
    if (counted.size > mostAccounts)
      throw refused(`A person has at most ${mostAccounts} accounts: unlink one first (/unlink).`);
    // One that is in a person already stays as it is.
    if (ofOne.length === 0 || ofOther.length === 0)
      return {
        accounts: [...(ofOne.length > 0 ? [] : [one]), ...(ofOther.length > 0 ? [] : [other])],
        person: ofOne[0]?.person ?? ofOther[0]?.person ?? newId(),
      };
    // Whoever has but signed in to the console is one person with nobody else, and comes along with that.
    const isMoved = this.#isAlone(ofOther);
    if (!isMoved && !this.#isAlone(ofOne))
      throw refused('Both accounts are linked with others already: unlink one of them first (/unlink).');
    const [stays, moves] = isMoved ? [ofOne, ofOther] : [ofOther, ofOne];
    return { accounts: moves.map(({ account }) => account), person: stays[0]!.person };
  }

  /** One account, and what it is in the console. */
  #isAlone(linked: readonly Linked[]): boolean {
    return new Set(linked.map(({ account }) => this.idOf(baseOf(account)))).size <= 1;
  }

  async #read(id: string): Promise<Linked[]> {
    const own = await this.#accounts.get(id);
    if (!own) return [];
    const hints = await this.#hints.list(`${own.person}:`, mostHints);
    const found = await Promise.all(
      hints.map(async ({ value }) => {
        const linked = value && (await this.#accounts.get(this.idOf(value.account)));
        return linked?.person === own.person ? [linked] : [];
      }),
    );
    const all = found
      .flat()
      .sort((a, b) => a.linkedAt - b.linkedAt || (this.idOf(a.account) < this.idOf(b.account) ? -1 : 1));
    // Left alone, it is as it was before.
    return all.length > 1 ? all : [];
  }
}

export function refused(message: string): FatalError {
  return new FatalError('link_refused', message);
}
