/** What is done to definitions of agents: each change is a version, and whoever changes one that was changed meanwhile is told. */
import { agentUnknown } from '../core/character.js';
import { FatalError, RetryableError } from '../errors.js';
import { redact } from '../redaction.js';
import { type CheckParts, checkDefinition, checkDepth, checkId } from './check.js';
import { activeOf, type Definition, type StoredDefinition, type Version } from './definition.js';
import type { Definitions } from './definitions.js';
import { masked, ownSecrets, type SecretSettings, sealed, withCurrent } from './kept-secrets.js';
import { type Difference, differences, mergePatch } from './merge-patch.js';
import {
  checkVersion,
  type Found,
  type Precondition,
  requireVersion,
  versionConflict,
  withNewest,
} from './versions.js';

/** Each process holds them in memory. */
const mostAgents = 1000;
/** Of others who change the same agent in between, when nobody minds which version it was. */
const mostTries = 20;

export interface Author extends Pick<CheckParts, 'mayNameSecrets'> {
  by: string;
}

export interface Writing {
  ifVersion?: Precondition;
  overridesFile?: boolean | undefined;
  comment?: string | undefined;
}

/** As people see it: secrets are masked. */
export interface ShownDefinition {
  id: string;
  version: number;
  overridesFile: boolean;
  definition: Definition;
}

export interface AgentDefinitionsParts extends Pick<CheckParts, 'may' | 'tests'> {
  known: Definitions;
  secretsOf: SecretSettings;
  vault: {
    set(name: string, value: string): Promise<void>;
    remove(name: string): Promise<void>;
  };
  /** Unix ms. */
  now(): number;
  log: { warn(details: object, message: string): void };
}

type Next = Pick<StoredDefinition, 'overridesFile'> & {
  definition: Definition;
  comment?: string | undefined;
};

export class AgentDefinitions {
  readonly #parts: AgentDefinitionsParts;

  constructor(parts: AgentDefinitionsParts) {
    this.#parts = parts;
  }

  /** Null: there is none in the store, or it was removed. */
  async find(id: string): Promise<ShownDefinition | null> {
    const found = await this.#parts.known.read(id);
    return found && !found.value.deleted ? shown(id, found.value) : null;
  }

  /** Whether one was removed that can be rolled back. */
  async isRemoved(id: string): Promise<boolean> {
    return (await this.#parts.known.read(id))?.value.deleted !== undefined;
  }

  /** With references in the place of its secrets; null as `find`. */
  async written(id: string): Promise<Definition | null> {
    const found = await this.#parts.known.read(id);
    return found && !found.value.deleted ? activeOf(found.value).definition : null;
  }

  /** @throws FatalError `conflict` where there is one, `invalid_field`, `secret_missing`, `permission_denied`, `tests_failed` */
  async create(
    id: string,
    { definition, ...writing }: Writing & { definition: Definition },
    author: Author,
  ): Promise<ShownDefinition> {
    checkId(id);
    const found = await this.#parts.known.read(id);
    const taken = new FatalError(
      'conflict',
      `There is a definition of the agent "${id}" in the store; change it, or choose another id.`,
      { field: 'id' },
    );
    if (found && !found.value.deleted) throw taken;
    if (!found && (await this.#parts.known.count()) >= mostAgents)
      throw new FatalError(
        'invalid_field',
        `The store has ${mostAgents} agents, with those that were removed; it takes no more.`,
        {
          field: 'id',
        },
      );
    const { overridesFile = false, comment } = writing;
    const stored = await this.#write(id, found, { definition, overridesFile, comment }, author);
    if (!stored) throw taken;
    return stored;
  }

  /** @throws FatalError `version_missing`, `version_conflict`, `agent_unknown`, and as `create` */
  async replace(
    id: string,
    { definition, ifVersion, overridesFile, comment }: Writing & { definition: Definition },
    author: Author,
  ): Promise<ShownDefinition> {
    const found = await this.#require(id);
    if (ifVersion === undefined)
      throw new FatalError(
        'version_missing',
        `Say which version is replaced: send "If-Match: \\"${found.value.active}\\"" if that is the one you have read. A PATCH changes single fields and needs none.`,
        { field: 'version' },
      );
    checkVersion(id, found, ifVersion);
    const next = { definition, overridesFile: overridesFile ?? found.value.overridesFile, comment };
    const stored = await this.#write(id, found, next, author);
    if (!stored) throw versionConflict(id);
    return stored;
  }

  /** @param patch of the definition, as RFC 7396 has it. @throws as `replace`, but no version is needed */
  change(
    id: string,
    { patch, ifVersion, overridesFile, comment }: Writing & { patch?: Definition | undefined },
    author: Author,
  ): Promise<ShownDefinition> {
    checkDepth(patch);
    return this.#again(id, ifVersion, false, (found) => {
      const definition = mergePatch(activeOf(found.value).definition, patch ?? {}) as Definition;
      const next = { definition, overridesFile: overridesFile ?? found.value.overridesFile, comment };
      return this.#write(id, found, next, author);
    });
  }

  /**
   * What `change`, or `create` where there is none, would say of it, without tests of behaviour; nothing is stored.
   * @throws as they do
   */
  async check(id: string, patch: Definition, author: Author): Promise<void> {
    checkId(id);
    checkDepth(patch);
    const found = await this.#parts.known.read(id);
    const before = found && !found.value.deleted ? activeOf(found.value).definition : {};
    const { definition } = sealed(id, mergePatch(before, patch) as Definition, before, this.#parts.secretsOf);
    await checkDefinition(id, definition, before, { ...this.#parts, ...author, tests: null });
  }

  /** An earlier version counts again, as a new one; also of one that was removed. @throws as `change`, and `not_found` */
  rollBack(
    id: string,
    { to, ifVersion, comment }: Writing & { to: number },
    author: Author,
  ): Promise<ShownDefinition> {
    return this.#again(id, ifVersion, true, (found) => {
      const older = requireVersion(id, found.value, to, 'to');
      const now = found.value.deleted ? {} : activeOf(found.value).definition;
      const definition = withCurrent(id, older.definition, now);
      const { overridesFile } = found.value;
      return this.#write(
        id,
        found,
        { definition, overridesFile, comment: comment ?? `as version ${to}` },
        author,
      );
    });
  }

  /** Its versions stay, its secrets do not. @throws FatalError `agent_unknown`, `version_conflict` */
  async remove(id: string, ifVersion: Precondition, by: string): Promise<void> {
    const { known, now } = this.#parts;
    const secrets = await this.#again(id, ifVersion, false, async ({ value, version }) => {
      const deleted = { at: now(), by };
      return (await known.put(id, { ...value, deleted }, version))
        ? ownSecrets(id, activeOf(value).definition)
        : null;
    });
    await this.#forget(id, secrets);
  }

  /** The newest first. @throws FatalError `agent_unknown` */
  async versions(
    id: string,
  ): Promise<(Pick<Version, 'number' | 'at' | 'by' | 'comment'> & { active: boolean })[]> {
    const { versions, active } = (await this.#require(id, true)).value;
    return versions.map((one) => ({ ...one, active: one.number === active })).reverse();
  }

  /**
   * @param from absent: the one before `to`
   * @param to absent: the one that counts
   * @throws FatalError `agent_unknown`, `not_found`
   */
  async diff(
    id: string,
    between: { from?: number | undefined; to?: number | undefined },
  ): Promise<{ from: number; to: number; differences: Difference[] }> {
    const { value } = await this.#require(id, true);
    const to = requireVersion(id, value, between.to ?? value.active, 'to');
    const earlier = value.versions.findLast(({ number }) => number < to.number) ?? to;
    const from = between.from === undefined ? earlier : requireVersion(id, value, between.from, 'from');
    // Two secrets differ, and look alike.
    const found = differences(from.definition, to.definition).map(
      (one) => masked(id, { ...one }) as unknown as Difference,
    );
    return { from: from.number, to: to.number, differences: found };
  }

  async #require(id: string, removedToo = false): Promise<Found> {
    const found = await this.#parts.known.read(id);
    if (found && (removedToo || !found.value.deleted)) return found;
    throw agentUnknown(id);
  }

  /** Until nobody came in between; whoever named a version is told of the first who did. */
  async #again<T>(
    id: string,
    ifVersion: Precondition,
    removedToo: boolean,
    work: (found: Found) => Promise<T | null>,
  ): Promise<T> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = await this.#require(id, removedToo);
      checkVersion(id, found, ifVersion);
      const done = await work(found);
      if (done !== null) return done;
    }
    throw new RetryableError('store_unavailable', `Others change the agent "${id}" all the time.`);
  }

  /** Null: somebody has changed it since it was read, and nothing was done. */
  async #write(id: string, found: Found | null, next: Next, author: Author): Promise<ShownDefinition | null> {
    const { known, now, secretsOf } = this.#parts;
    const before = found && !found.value.deleted ? activeOf(found.value).definition : {};
    checkDepth(next.definition);
    const { definition, values } = sealed(id, next.definition, before, secretsOf);
    await checkDefinition(id, definition, before, { ...this.#parts, ...author });
    const { overridesFile, comment } = next;
    const version = { at: now(), by: author.by, ...(comment && { comment: redact(comment) }), definition };
    const stored = withNewest(found?.value ?? null, version, overridesFile);
    try {
      for (const [name, { value, field }] of values) await this.#keep(name, value, field);
      if (await known.put(id, stored, found?.version ?? 0)) {
        const kept = ownSecrets(id, definition);
        await this.#forget(
          id,
          ownSecrets(id, before).filter((name) => !kept.includes(name)),
        );
        return shown(id, stored);
      }
    } catch (error) {
      // It may have been stored all the same: what it names then must stay.
      if (!(error instanceof RetryableError)) await this.#forget(id, [...values.keys()]);
      throw error;
    }
    await this.#forget(id, [...values.keys()]);
    return null;
  }

  async #keep(name: string, value: string, field: string): Promise<void> {
    await this.#parts.vault.set(name, value).catch((error: unknown) => {
      if (!(error instanceof FatalError) || error.code !== 'invalid_field') throw error;
      throw new FatalError('invalid_field', `${field}: ${error.message}`, { field });
    });
  }

  /** One that stays is no fault of whoever changed the agent: nothing names it any more. */
  async #forget(id: string, names: readonly string[]): Promise<void> {
    for (const name of new Set(names))
      await this.#parts.vault.remove(name).catch((err: unknown) => {
        if (err instanceof FatalError && err.code === 'not_found') return;
        this.#parts.log.warn({ err, agentId: id, name }, 'a secret that nobody names any more is still kept');
      });
  }
}

function shown(id: string, stored: StoredDefinition): ShownDefinition {
  const { number: version, definition } = activeOf(stored);
  return { id, version, overridesFile: stored.overridesFile, definition: masked(id, definition) };
}
