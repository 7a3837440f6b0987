import { FatalError } from '../errors.js';

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

/** Where people talk in a group, as one agent knows it: a server or workspace, or a group of a platform without such. */
export interface Place {
  agentId: string;
  connector: string;
  tenant: string;
  /** Absent: everything in the tenant. */
  channel?: string;
}

/** The agent was addressed in a place that is not let in. */
export interface PlaceRequest extends Place {
  code: string;
  askedBy: Pick<Person, 'id' | 'name'>;
  /** Unix ms. */
  askedAt: number;
}

/** A place was let in. */
export interface PairedPlace extends Place {
  /** Names it, to revoke it. */
  pairing: string;
  /** Unix ms. */
  pairedAt: number;
}

export function unknownCode(): FatalError {
  return new FatalError(
    'pairing_unknown',
    'No such code. It may have been used, or be too old: one for a person is valid for an hour, one for a place for a day.',
    { field: 'code' },
  );
}

export function unknownPairing(): FatalError {
  return new FatalError('pairing_unknown', 'No such pairing. `carrier pairing list` names them.', {
    field: 'pairing',
  });
}
