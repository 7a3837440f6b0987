import type { AgentStore, TokenRecord } from '../agent-store.js';
import type { Link } from './link.js';

export class LibsqlAgents implements AgentStore {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async tokens(): Promise<TokenRecord[]> {
    return JSON.parse(await this.#link.call('tokens', []));
  }

  async saveToken(token: TokenRecord): Promise<void> {
    await this.#link.call('saveToken', [token.name, JSON.stringify(token)]);
  }

  removeToken(name: string): Promise<boolean> {
    return this.#link.call('removeToken', [name]);
  }
}
