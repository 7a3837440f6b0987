import type { TokenRecord, TokenStore } from '../token-store.js';
import type { Link } from './link.js';

export class LibsqlTokens implements TokenStore {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async list(): Promise<TokenRecord[]> {
    return JSON.parse(await this.#link.call('tokens', []));
  }

  async save(token: TokenRecord): Promise<void> {
    await this.#link.call('saveToken', [token.name, JSON.stringify(token)]);
  }

  remove(name: string): Promise<boolean> {
    return this.#link.call('removeToken', [name]);
  }
}
