/**
 * Roles that were given: to an account, or to a group of a platform, each at one level. Never to a person, who has what
 * their accounts have: so linking shares roles, and unlinking takes them back.
 */
import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { Account, accountId, Group, type PlatformWide } from './account.js';
import type { Fresh, Freshness } from './freshness.js';
import { type Level, roles } from './role.js';

const part = z.string().min(1).max(512).optional();

const Given = z.object({
  subject: z.union([z.strictObject({ account: Account }), z.strictObject({ group: Group })]),
  role: z.enum(roles),
  /** A part that is not known here would limit it: such a note counts for nothing. */
  level: z.strictObject({ agentId: part, connector: part, tenant: part, channel: part }),
  /** Who gave it, by id. */
  by: z.string(),
  /** Unix ms. */
  at: z.number(),
});
export type Given = z.infer<typeof Given>;
export type Subject = Given['subject'];

const accountGrant = defineNote({ key: (path: string) => `grant:${path}`, schema: Given });
const groupGrant = defineNote({ key: (path: string) => `group-grant:${path}`, schema: Given });

/** Of one account, or of the groups of one platform. */
const mostHeld = 1000;
const mostListed = 10_000;

export interface GrantsParts {
  notes: NoteStore;
  freshness: Freshness;
  platformWide: PlatformWide;
  log: Logger;
}

export class Grants {
  readonly #parts: GrantsParts;
  readonly #ofAccounts: TypedNotes<string, Given>;
  readonly #ofGroups: TypedNotes<string, Given>;
  readonly #kept: Fresh<Given[]>;
  readonly #any: Fresh<boolean>;

  constructor(parts: GrantsParts) {
    this.#parts = parts;
    this.#ofAccounts = accountGrant.in(parts.notes, parts.log);
    this.#ofGroups = groupGrant.in(parts.notes, parts.log);
    this.#kept = parts.freshness.kept();
    this.#any = parts.freshness.kept();
  }

  /** What the account itself was given. */
  async ofAccount(account: Account): Promise<readonly Given[]> {
    // In most hubs nobody was given anything.
    if (!(await this.#any.get('', async () => (await this.#ofAccounts.list('', 1)).length > 0))) return [];
    const path = this.#pathOf({ account });
    return this.#kept.get(path, () => valuesOf(this.#ofAccounts.list(path, mostHeld)));
  }

  /** What groups were given that an account may be in: of its platform, and of its tenant there. */
  async ofGroupsOf({ connector, tenant }: Account): Promise<readonly Given[]> {
    const path = `${derivedId('connector', connector)}:`;
    const all = await this.#kept.get(path, () => valuesOf(this.#ofGroups.list(path, mostHeld)));
    const everywhere = this.#parts.platformWide(connector);
    return all.filter(({ subject }) => 'group' in subject && (everywhere || subject.group.tenant === tenant));
  }

  /** In the place of what the subject had at this level. */
  async give(given: Given): Promise<void> {
    const { subject, level } = given;
    await this.#notesOf(subject).put(`${this.#pathOf(subject)}${levelId(level)}`, given);
    this.#parts.freshness.changed();
  }

  /** As it is stored now. */
  given(subject: Subject, level: Level): Promise<Given | null> {
    return this.#notesOf(subject).get(`${this.#pathOf(subject)}${levelId(level)}`);
  }

  /** Null: nothing was given at this very level. */
  async take(subject: Subject, level: Level): Promise<Given | null> {
    const taken = await this.#notesOf(subject).take(`${this.#pathOf(subject)}${levelId(level)}`);
    this.#parts.freshness.changed();
    return taken;
  }

  /** All of them, as they are stored now. */
  async list(): Promise<Given[]> {
    const [accounts, groups] = await Promise.all([
      valuesOf(this.#ofAccounts.list('', mostListed)),
      valuesOf(this.#ofGroups.list('', mostListed)),
    ]);
    return [...accounts, ...groups];
  }

  #notesOf(subject: Subject): TypedNotes<string, Given> {
    return 'account' in subject ? this.#ofAccounts : this.#ofGroups;
  }

  #pathOf(subject: Subject): string {
    if ('account' in subject) return `${accountId(subject.account, this.#parts.platformWide)}:`;
    const { connector, tenant, group } = subject.group;
    return `${derivedId('connector', connector)}:${derivedId('group', tenant, group)}:`;
  }
}

async function valuesOf(listing: Promise<{ value: Given | null }[]>): Promise<Given[]> {
  return (await listing).flatMap(({ value }) => value ?? []);
}

function levelId({ agentId, connector, tenant, channel }: Level): string {
  return derivedId('level', JSON.stringify([agentId, connector, tenant, channel]));
}
