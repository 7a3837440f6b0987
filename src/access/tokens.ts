/** Issues tokens and revokes them. `known-tokens.ts` says whose a token is, `token-bounds.ts` what it may be given. */
import { hash as digestOf, randomBytes } from 'node:crypto';
import type { EventBus } from '../bus/bus.js';
import { type TokenEvent, tokenTopic } from '../core/events.js';
import { newId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { revocationNote } from '../store/revocation.js';
import type { SealedSecret } from '../store/secret-store.js';
import type { Store } from '../store/store.js';
import {
  changeNote,
  holderOfIssued,
  holderOfRecord,
  type IssuedToken,
  issuedNote,
  isTokenId,
  mostOfTenant,
  mostTokens,
  tokenId,
} from './issued-token.js';
import { KnownTokens } from './known-tokens.js';
import { hubTenant, type Principal, type TokenHolder } from './principal.js';

interface TokensParts {
  store: Pick<Store, 'tokens' | 'notes'>;
  bus: EventBus;
  /** Null: it has no key; or what was sealed cannot be opened with those it has. */
  seals: {
    seal(name: string, value: string): Promise<SealedSecret | null>;
    open(name: string, sealed: SealedSecret): Promise<string | null>;
  };
  /** Requests a minute of tokens that have no rate of their own; 0: no limit. */
  usualRate: number;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** What a token is to be; `token-bounds.ts` makes one. */
export type TokenDraft = Omit<TokenHolder, 'id' | 'admin' | 'bootstrap'> &
  Required<Pick<TokenHolder, 'role'>>;

/** One that may call the hub, as operators see it. */
export type ListedToken = TokenHolder &
  Required<Pick<TokenHolder, 'id' | 'role'>> & { createdAt: number; madeBy?: string };

/** How long an expired token is listed and signs callbacks, in ms: longer than deliveries are tried. */
const shownExpiredMs = 7 * 24 * 3_600_000;

export class Tokens {
  readonly known: KnownTokens;
  readonly #parts: TokensParts;
  readonly #issued;
  readonly #change;

  constructor(parts: TokensParts) {
    const { store, log } = parts;
    this.#parts = parts;
    this.#issued = issuedNote.in(store.notes, log);
    this.#change = changeNote.in(store.notes, log);
    const issued = { notes: store.notes, bus: parts.bus, log };
    this.known = new KnownTokens({ records: store.tokens, issued, now: parts.now });
  }

  get usualRate(): number {
    return this.#parts.usualRate;
  }

  get now(): number {
    return this.#parts.now();
  }

  /** The oldest first. */
  async list(): Promise<ListedToken[]> {
    const [records, notes] = await Promise.all([
      this.#parts.store.tokens.list(),
      this.#issued.list('', mostTokens),
    ]);
    const own = records.map((record) => ({ ...holderOfRecord(record), createdAt: record.createdAt }));
    const issued = notes.flatMap(({ value }) =>
      value ? [{ ...holderOfIssued(value), createdAt: value.createdAt, madeBy: value.madeBy }] : [],
    );
    return ([...own, ...issued] as ListedToken[]).sort((one, other) => one.createdAt - other.createdAt);
  }

  /**
   * Its text is told here and nowhere else, and so is the secret that signs its callbacks; null: there is no key to seal
   * one with.
   * @throws FatalError `invalid_field` for a name that another one of the tenant has; `token_revoked` if the maker's own
   *   was revoked meanwhile.
   */
  async issue(
    draft: TokenDraft,
    maker: Principal,
  ): Promise<{ text: string; callbackSecret: string | null; token: ListedToken }> {
    await this.#requireName(draft);
    const text = `carrier_${randomBytes(32).toString('base64url')}`;
    const hash = digestOf('sha256', text);
    const id = tokenId(hash);
    const secret = `carrier_callback_${randomBytes(32).toString('base64url')}`;
    const sealed = await this.#parts.seals.seal(secretName(id), secret);
    const { ratePerMinute, expiresAt, ...fields } = draft;
    const token = {
      ...fields,
      ...(ratePerMinute !== undefined && { ratePerMinute }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...{ hash, createdAt: this.now, madeBy: makerOf(maker) },
      ...(sealed && { callbackSecret: sealed }),
    } as IssuedToken;
    const keptMs = expiresAt === undefined ? undefined : expiresAt - this.now + shownExpiredMs;
    await this.#issued.put(id, token, keptMs === undefined ? {} : { ttlMs: keptMs });
    try {
      // Only now: of two that are issued at once, neither has seen the other before. Then both are refused.
      await this.#requireName(draft, id);
      await this.#requireMaker(maker);
    } catch (error) {
      await this.#issued.take(id);
      throw error;
    } finally {
      await this.#changed();
    }
    const { createdAt, madeBy } = token;
    const listed = { ...holderOfIssued(token), createdAt, madeBy } as ListedToken;
    return { text, callbackSecret: sealed && secret, token: listed };
  }

  /**
   * No process takes it within a second. Safe to repeat.
   * @param made those that were issued with it, too, and with those.
   * @returns how many of these there were.
   */
  async revoke(id: string, { made = false }: { made?: boolean } = {}): Promise<number> {
    const gone = new Set<string>();
    let next = [id];
    while (next.length > 0) {
      for (const one of next) await this.#remove(one);
      for (const one of next) gone.add(one);
      // Looked for afterwards: with what is gone, none can be issued any more.
      const left = made ? await this.list() : [];
      next = left.filter(({ madeBy }) => madeBy !== undefined && gone.has(madeBy)).map((token) => token.id);
    }
    await this.#changed();
    return gone.size - 1;
  }

  /** A hub's own, whose file is gone: no start of any hub takes it again. */
  async revokeOwn(name: string, hash: string): Promise<void> {
    this.known.refuse(hash);
    const { store } = this.#parts;
    await revocationNote.put(store.notes, hash, { name, revokedAt: Date.now() });
    const record = (await store.tokens.list()).find((known) => known.hash === hash);
    if (record) await store.tokens.remove(record.name);
    await this.#changed();
  }

  /**
   * What signs callbacks of messages that came with it. Null: it was revoked, or has none.
   * @throws FatalError `config_invalid` where this hub has not the key that it was sealed with.
   */
  async callbackSecret(id: string): Promise<string | null> {
    const sealed = (await this.#issued.get(id))?.callbackSecret;
    if (!sealed) return null;
    const secret = await this.#parts.seals.open(secretName(id), sealed);
    if (secret !== null) return secret;
    throw new FatalError(
      'config_invalid',
      `The callback secret of token ${id} cannot be opened here. Set CARRIER_SECRET_KEY as where it was issued, or issue another token.`,
      { field: 'CARRIER_SECRET_KEY' },
    );
  }

  /** Which key each callback secret was sealed with. */
  async sealed(): Promise<{ name: string; key: string }[]> {
    return (await this.#issued.list('', mostTokens)).flatMap(({ value }) =>
      value?.callbackSecret ? [{ name: secretName(tokenId(value.hash)), key: value.callbackSecret.key }] : [],
    );
  }

  async #remove(id: string): Promise<void> {
    if (await this.#issued.take(id)) return;
    const { tokens } = this.#parts.store;
    const record = (await tokens.list()).find(({ hash }) => tokenId(hash) === id);
    if (record) await this.revokeOwn(record.name, record.hash);
  }

  async #has(id: string): Promise<boolean> {
    if (await this.#issued.get(id)) return true;
    return (await this.#parts.store.tokens.list()).some(({ hash }) => tokenId(hash) === id);
  }

  async #requireName({ name, tenant }: TokenDraft, id?: string): Promise<void> {
    const others = (await this.list()).filter((other) => other.id !== id);
    const ofTenant = others.filter((other) => other.tenant === tenant);
    if (others.length >= mostTokens || (tenant !== hubTenant && ofTenant.length >= mostOfTenant))
      throw new FatalError('invalid_field', `This tenant has ${ofTenant.length} tokens; revoke some first.`);
    if (!ofTenant.some((other) => other.name === name)) return;
    throw new FatalError(
      'invalid_field',
      `name: another token is called "${name}". Choose another name, or revoke that one first.`,
      { field: 'name' },
    );
  }

  async #requireMaker(maker: Principal): Promise<void> {
    const token = maker.kind === 'person' ? maker.via : maker.kind === 'token' ? maker : undefined;
    // Others are no token of the store.
    if (!token?.id || !isTokenId(token.id) || (await this.#has(token.id))) return;
    throw new FatalError('token_revoked', 'The token of this request was revoked.');
  }

  async #changed(): Promise<void> {
    await this.#change.put('change', newId());
    const event: TokenEvent = { type: 'tokens.changed' };
    this.#parts.bus.publish(tokenTopic, event);
  }
}

/** No name of a secret of the vault has a space. */
const secretName = (id: string) => `callbacks of ${id}`;

function makerOf(maker: Principal): string {
  if (maker.kind === 'system') return 'the hub';
  if (maker.kind === 'token') return maker.id ?? maker.name;
  return `${maker.connector}/${maker.tenant}/${maker.userId}`;
}
