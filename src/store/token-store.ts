export interface TokenRecord {
  /** SHA-256 of the token, hex. The token itself is nowhere in the store. */
  hash: string;
  name: string;
  role: 'admin';
  /** Rooms of one tenant are not reachable with a token of another. */
  tenant: string;
  createdAt: number;
}

/** Who may call the hub. */
export interface TokenStore {
  list(): Promise<TokenRecord[]>;
  /** Replaces the token of the same name. */
  save(token: TokenRecord): Promise<void>;
  /** False: no token has this name. Who keeps tokens in memory may take the removed one for as long as that lasts. */
  remove(name: string): Promise<boolean>;
}
