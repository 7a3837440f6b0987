/** Secrets that are set while the hub runs. Nobody but the hub gets a value back, and every hub hears of changes. */
import type { EventBus } from '../bus/bus.js';
import { type SecretEvent, secretTopic } from '../core/events.js';
import { SecretName } from '../core/secret-name.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { suggestion } from '../nearest.js';
import { sentence } from '../problems.js';
import type { SealedSecret, SecretStore } from '../store/secret-store.js';
import type { Key, SecretKeys } from './keys.js';
import { mostSecrets } from './noted-secrets.js';
import { open, opened, seal } from './sealing.js';

/** `secret:NAME` of the secret that was set, rotated or removed. */
type ChangeListener = (reference: string) => void;

interface VaultParts {
  store: SecretStore;
  keys: SecretKeys;
  bus: EventBus;
  log: Logger;
  /** Between two looks for changes that the bus has not told, in ms. */
  lookMs?: number;
}

const mostBytes = 65_536;

export class SecretVault {
  readonly #parts: VaultParts;
  readonly #listeners: ChangeListener[] = [];
  /** Versions of what this process has asked for: null where there was none, undefined while it is being read. */
  readonly #seen = new Map<string, string | null | undefined>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  /** By name. `setAt`: Unix ms. */
  async list(): Promise<{ name: string; setAt: number }[]> {
    return (await this.#parts.store.list()).map(({ name, setAt }) => ({ name, setAt }));
  }

  /**
   * White space around the value is cut off. Replaces a value that was there.
   * @throws FatalError `invalid_field`; `config_invalid` when there is no key, or the one there was is lost.
   */
  async set(name: string, value: string): Promise<void> {
    checkName(name);
    const checked = checkValue(value);
    const { store } = this.#parts;
    const stored = await store.list();
    if (stored.length >= mostSecrets && !stored.some((secret) => secret.name === name))
      throw new FatalError('invalid_field', `There are ${mostSecrets} secrets; remove one first.`, {
        field: 'name',
      });
    await store.put(name, seal(await this.#sealingKey(stored), name, checked));
    await this.#tell(name);
  }

  /** As `set`, for one that is there. @throws FatalError `not_found` when it is not. */
  async rotate(name: string, value: string): Promise<void> {
    await this.#require(name);
    await this.set(name, value);
  }

  /** @throws FatalError `not_found`. */
  async remove(name: string): Promise<void> {
    await this.#require(name);
    await this.#parts.store.remove(name);
    await this.#tell(name);
  }

  /**
   * The value, for the hub itself; null when there is none. Logs hide it from then on, and changes of it are told.
   * @throws FatalError `config_invalid` when it cannot be opened, `invalid_field` for what can be no name.
   */
  async reveal(name: string): Promise<string | null> {
    checkName(name);
    const { store, keys } = this.#parts;
    if (!this.#seen.has(name)) this.#seen.set(name, undefined);
    const sealed = await store.get(name);
    this.#seen.set(name, sealed?.version ?? null);
    return sealed && open(keys, name, sealed);
  }

  /**
   * Seals what is kept elsewhere than here.
   * @throws FatalError `config_invalid` when there is no key, or the one there was is lost.
   */
  async seal(name: string, value: string): Promise<SealedSecret> {
    return seal(await this.#sealingKey(await this.#parts.store.list()), name, value);
  }

  /** Opens what `seal` gave; null: its key is not here, or it was altered. Logs hide it by its shape alone. */
  async open(name: string, sealed: SealedSecret): Promise<string | null> {
    const key = await this.#parts.keys.withId(sealed.key);
    return key ? opened(key, name, sealed) : null;
  }

  /** Told of every secret that this process has asked for, a missing one too, when it is another than before. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Begins to listen for changes that other processes make. */
  watch(): void {
    const { bus, log, lookMs = 30_000 } = this.#parts;
    const lookAtAll = () => Promise.all([...this.#seen.keys()].map((name) => this.#look(name)));
    const next = () => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => lookAtAll().finally(next), lookMs);
      this.#timer.unref();
    };
    next();
    bus
      .subscribe<SecretEvent>(secretTopic, ({ name }) => void this.#look(name))
      // What changed before the subscription was there.
      .then(lookAtAll)
      .catch((err) =>
        log.warn({ err }, 'changes of secrets are noticed late: the bus cannot be listened to'),
      );
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /**
   * Says in the log which secrets cannot be opened, and which want to be set again under the present key.
   * @param others what `seal` gave, kept elsewhere.
   */
  async check(others: { name: string; key: string }[] = []): Promise<void> {
    const { store, keys, log } = this.#parts;
    const stored = [...(await store.list()), ...others];
    if (stored.length === 0) return;
    const current = await keys.current();
    for (const { name, key } of stored) {
      if (key === current?.id) continue;
      if (await keys.withId(key))
        log.warn({ name }, `"${name}" is sealed with an old key; set it again before that key goes`);
      else log.error({ name }, `the secret "${name}" cannot be opened: ${keys.missing(key)}`);
    }
  }

  async #require(name: string): Promise<void> {
    checkName(name);
    const names = (await this.#parts.store.list()).map((secret) => secret.name);
    if (names.includes(name)) return;
    throw new FatalError('not_found', sentence(`There is no secret "${name}"${suggestion(name, names)}`), {
      field: 'name',
    });
  }

  async #sealingKey(stored: Awaited<ReturnType<SecretStore['list']>>): Promise<Key> {
    const { keys } = this.#parts;
    const current = await keys.current();
    if (current) return current;
    const lost = stored[0];
    if (!lost) return keys.make();
    // A new key would hide that the old one is gone, and what it sealed would be lost.
    throw new FatalError(
      'config_invalid',
      `There are secrets, such as "${lost.name}", but ${keys.missing(lost.key)}. Or remove them first: carrier secrets remove ${lost.name}`,
      { field: 'CARRIER_SECRET_KEY' },
    );
  }

  async #tell(name: string): Promise<void> {
    this.#parts.bus.publish(secretTopic, { type: 'secret.changed', name });
    await this.#look(name);
  }

  /** Never fails: the next look sees what this one could not. */
  async #look(name: string): Promise<void> {
    if (!this.#seen.has(name) || this.#stopped) return;
    const { store, log } = this.#parts;
    try {
      const version = (await store.get(name))?.version ?? null;
      if (this.#seen.get(name) === version) return;
      this.#seen.set(name, version);
      log.info({ name }, 'a secret has changed');
    } catch (err) {
      log.warn({ err, name }, 'a secret cannot be looked at now');
      return;
    }
    for (const listener of this.#listeners) {
      try {
        listener(`secret:${name}`);
      } catch (err) {
        log.error({ err, name }, 'a changed secret was not taken up');
      }
    }
  }
}

function checkName(name: unknown): void {
  const problem = SecretName.safeParse(name).error?.issues[0];
  if (problem) throw new FatalError('invalid_field', problem.message, { field: 'name' });
}

function checkValue(value: unknown): string {
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `The value ${problem}.`, { field: 'value' });
  if (typeof value !== 'string') throw refuse('must be text');
  const trimmed = value.trim();
  if (trimmed === '') throw refuse('is empty');
  const bytes = Buffer.from(trimmed);
  if (bytes.length > mostBytes) throw refuse(`has more than ${mostBytes / 1024} KiB`);
  if (trimmed.includes('\0') || bytes.toString() !== trimmed)
    throw refuse('is no text: it has NUL or half a character');
  return trimmed;
}
