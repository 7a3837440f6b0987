/**
 * Whose token it is: all of them are held in memory, so however many wrong ones are tried, the store is asked once in a
 * while and no more. What any process issues or revokes counts within a second, sooner where the bus tells of it.
 */
import { hash as digestOf } from 'node:crypto';
import type { EventBus } from '../bus/bus.js';
import { type TokenEvent, tokenTopic } from '../core/events.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { NoteStore } from '../store/note-store.js';
import { revocationNote } from '../store/revocation.js';
import type { TokenRecord, TokenStore } from '../store/token-store.js';
import { freshMs } from './freshness.js';
import { changeNote, holderOfIssued, holderOfRecord, issuedNote, mostTokens } from './issued-token.js';
import type { TokenHolder } from './principal.js';

interface KnownTokensParts {
  records: Pick<TokenStore, 'list'>;
  /** Absent: none is issued here. */
  issued?: { notes: NoteStore; bus: EventBus; log: Logger };
  /** Unix ms; tokens expire by it. */
  now?(): number;
}

/** The notes are read anew after this long, though no change was told: who wrote one may have died before it was. */
const relistMs = 30_000;

export class KnownTokens {
  readonly #parts: KnownTokensParts;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  /** Hashes that no answer of the store brings back. */
  readonly #refused = new Set<string>();
  /** Those of the notes, by hash. */
  #issued = new Map<string, TokenHolder>();
  /** Hashes of records that were not revoked when the notes were last read. */
  readonly #good = new Set<string>();
  #change: string | null = null;
  #listedAt = Number.NEGATIVE_INFINITY;
  /** All, by hash. */
  #holders = new Map<string, TokenHolder>();
  #ids = new Set<string>();
  #origins = new Set<string>();
  #loadedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;
  #told = 0;
  #unsubscribe: (() => void) | undefined;

  constructor(parts: KnownTokensParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /**
   * Whose token it is; null when it is nobody's.
   * @throws FatalError `token_invalid` for one that has expired; what the store throws.
   */
  async verify(token: string): Promise<TokenHolder | null> {
    await this.refresh();
    // By the hash: how long the look-up takes tells nothing of tokens.
    const holder = this.#holders.get(digestOf('sha256', token)) ?? null;
    if (holder && this.#isOver(holder)) throw new FatalError('token_invalid', 'This token has expired.');
    return holder;
  }

  /** Whether pages of this origin may send some token. */
  async allows(origin: string): Promise<boolean> {
    await this.refresh();
    return this.#origins.has(origin);
  }

  /** Why a request that came with it must not go on; null: it may. By what is known here; `refresh` makes that new. */
  whyEnded(holder: TokenHolder): FatalError | null {
    if (this.#isOver(holder))
      return new FatalError('token_revoked', 'The token of this request has expired.');
    // Whoever has no id was not found here.
    if (holder.id === undefined || this.#ids.has(holder.id)) return null;
    return new FatalError('token_revoked', 'The token of this request was revoked.');
  }

  /** @param olderMs asks the store if what is known is older. */
  async refresh(olderMs = freshMs): Promise<void> {
    if (performance.now() - this.#loadedAt > olderMs) await this.#load();
  }

  /** Called when there may be others than before. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** This process takes it no more, whatever the store says. */
  refuse(hash: string): void {
    this.#refused.add(hash);
    this.#tellChange();
  }

  /** Begins to listen to other processes. */
  async watch(): Promise<void> {
    const { issued } = this.#parts;
    this.#unsubscribe = await issued?.bus.subscribe<TokenEvent>(tokenTopic, () => this.#tellChange());
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#listeners.clear();
  }

  #isOver({ expiresAt }: TokenHolder): boolean {
    return expiresAt !== undefined && expiresAt <= this.#now();
  }

  #tellChange(): void {
    this.#told++;
    this.#loadedAt = Number.NEGATIVE_INFINITY;
    if (this.#listeners.size === 0) return;
    // Who cannot learn of it now does so when the store is asked again.
    this.#load().catch(() => {});
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    let told: number;
    let askedAt: number;
    let tries = 0;
    do {
      told = this.#told;
      askedAt = performance.now();
      const [records] = await Promise.all([this.#parts.records.list(), this.#readIssued(askedAt)]);
      // A role that this hub does not know gives nothing.
      const known = await this.#notRevoked(records.filter(({ role }) => role === 'admin'));
      this.#holders = new Map(known.map((record) => [record.hash, holderOfRecord(record)]));
      for (const [hash, holder] of this.#issued) this.#holders.set(hash, holder);
      for (const hash of this.#refused) this.#holders.delete(hash);
      // What changed while the store was read may not be in its answer.
    } while (told !== this.#told && ++tries < 3);
    this.#ids = new Set([...this.#holders.values()].map(({ id }) => id!));
    this.#origins = new Set([...this.#issued.values()].flatMap(({ origins = [] }) => origins));
    this.#loadedAt = told === this.#told ? askedAt : Number.NEGATIVE_INFINITY;
    for (const tell of this.#listeners) tell();
  }

  /** A hub of an older version puts the record of its file's token back when it starts, whether it was revoked or not. */
  async #notRevoked(records: TokenRecord[]): Promise<TokenRecord[]> {
    const { issued } = this.#parts;
    if (!issued) return records;
    const revoked = revocationNote.in(issued.notes, issued.log);
    await Promise.all(
      records
        .filter(({ hash }) => !this.#good.has(hash))
        .map(async ({ hash }) => {
          if (!(await revoked.get(hash))) this.#good.add(hash);
        }),
    );
    return records.filter(({ hash }) => this.#good.has(hash));
  }

  async #readIssued(askedAt: number): Promise<void> {
    const { issued } = this.#parts;
    if (!issued) return;
    const { notes, log } = issued;
    // Before the list: what changes in between is another value next time.
    const change = await changeNote.in(notes, log).get('change');
    if (change === this.#change && askedAt - this.#listedAt < relistMs) return;
    const found = await issuedNote.in(notes, log).list('', mostTokens);
    const tokens = found.flatMap(({ value }) => (value ? [value] : []));
    this.#issued = new Map(tokens.map((token) => [token.hash, holderOfIssued(token)]));
    [this.#change, this.#listedAt] = [change, askedAt];
    this.#good.clear();
  }
}
