import type { TokenRecord, TokenStore } from '../token-store.js';
import type { Connection } from './connection.js';

type TokenDocument = Omit<TokenRecord, 'name'> & { _id: string };

export class MongoTokens implements TokenStore {
  readonly #connection: Connection;
  readonly #tokens;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#tokens = connection.collection<TokenDocument>('tokens');
  }

  async list(): Promise<TokenRecord[]> {
    const documents = await this.#connection.find(this.#tokens, {}, { sort: { _id: 1 } });
    return documents.map(({ _id, hash, role, tenant, createdAt }) => ({
      hash,
      name: _id,
      role,
      tenant,
      createdAt,
    }));
  }

  async save({ name, hash, role, tenant, createdAt }: TokenRecord): Promise<void> {
    await this.#connection.repeatable(() =>
      this.#tokens.replaceOne({ _id: name }, { hash, role, tenant, createdAt }, { upsert: true }),
    );
  }

  /** Asked before: a removal that lost its answer finds nothing the second time. */
  async remove(name: string): Promise<boolean> {
    const known = await this.#connection.run(() =>
      this.#tokens.findOne({ _id: name }, { projection: { _id: 1 } }),
    );
    if (known) await this.#connection.repeatable(() => this.#tokens.deleteOne({ _id: name }));
    return known !== null;
  }
}
