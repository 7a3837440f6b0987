/** Someone on a platform, as one agent knows them. */
export interface Person {
  agentId: string;
  connector: string;
  tenant: string;
  /** The platform's id. */
  id: string;
  name?: string;
}

/** A person waits to be let in. */
export interface PairingRequest extends Person {
  code: string;
  /** Unix ms. */
  askedAt: number;
}

/** A person was let in. */
export interface Pairing extends Person {
  /** Names it, to revoke it. */
  pairing: string;
  /** Unix ms. */
  pairedAt: number;
}
