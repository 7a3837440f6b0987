import type { Permission } from '../../access/permissions.js';
import { hubTenant } from '../../access/principal.js';
import type { Resource } from '../../access/role.js';
import { agentUnknown } from '../../core/character.js';
import { tokenConnector } from '../../core/connector-settings.js';
import { isConsoleUser } from '../../core/console-user.js';
import type { Source } from '../../core/memory.js';
import { CarrierError, FatalError } from '../../errors.js';
import type { Host, HubRequest, Principal } from '../connector.js';

/** A direct room's channel begins so, and its user's id follows. All other channels are shared rooms. */
export const directPrefix = 'user:';

/** A further direct room of a user: the length of the id, the id and a name follow, so that no id can be another's room. */
const furtherPrefix = 'own:';

/** Whose direct room it is; undefined: a room that several may share. */
export function userOfRoom(channel: string): string | undefined {
  if (channel.startsWith(furtherPrefix)) return userOfFurther(channel);
  return channel.startsWith(directPrefix) ? channel.slice(directPrefix.length) : undefined;
}

function userOfFurther(channel: string): string | undefined {
  const [head = '', length = ''] = /^own:([1-9]\d{0,2}):/.exec(channel) ?? [];
  const end = head.length + Number(length);
  return length !== '' && channel[end] === ':' && channel.length > end + 1
    ? channel.slice(head.length, end)
    : undefined;
}

/**
 * What a token may do at a route that names an agent. Its rooms are of its tenant, whoever it is; one that is bound to a
 * user reaches that user's direct room alone. What it may not see is answered as what is not there.
 */
export class TokenAccess {
  readonly token: Principal;
  readonly #ask: NonNullable<HubRequest['authorise']>;
  readonly #agentId: string;
  readonly #permission: Permission;

  /** @throws FatalError `permission_denied`: the token is not for this, at whatever agent. */
  constructor(req: HubRequest, agentId: string, permission: Permission) {
    const { principal } = req;
    if (!principal || !req.authorise)
      throw new FatalError('token_missing', "This route is only open behind the hub's tokens.");
    this.token = principal;
    this.#ask = req.authorise.bind(req);
    this.#agentId = agentId;
    this.#permission = permission;
    if (!this.#mayAt(principal.agents?.[0] ?? agentId)) throw this.denied();
  }

  /** @throws FatalError `agent_unknown`, also where the token is for other agents. */
  requireAgent(host: Pick<Host, 'requireAgent'>): void {
    if (!this.#mayAt(this.#agentId)) throw agentUnknown(this.#agentId);
    host.requireAgent(this.#agentId);
  }

  reaches(channel: string): boolean {
    const userId = userOfRoom(channel);
    const here = { ...this.#here(this.#agentId, userId), channel };
    if (!this.#may(this.#permission, here)) return false;
    if (userId === undefined || !isConsoleUser(userId) || this.token.tenant !== hubTenant) return true;
    // What people say in the console is theirs, and that of those who may read all rooms.
    return this.token.self === userId || this.#may('rooms.read', here);
  }

  /** What is not of its own tenant is shown to those alone who keep the hub running, as operations show it. */
  sees({ connector, tenant, channel }: Omit<Source, 'messageId'>): boolean {
    if (connector === tokenConnector && tenant === this.token.tenant) return this.reaches(channel);
    return this.#may('turns.read', { agentId: this.#agentId, connector, tenant, channel });
  }

  /** Whatever room it is of. */
  seesAll(): boolean {
    return this.#may('turns.read', { agentId: this.#agentId });
  }

  denied(field?: string): FatalError {
    const what = field === undefined ? '' : `${field}: `;
    return new FatalError('permission_denied', `${what}This token is not for that (${this.#permission}).`, {
      field,
    });
  }

  /** In some room of the agent. */
  #mayAt(agentId: string): boolean {
    // Who is signed in to the console may talk as themselves.
    return this.#may(this.#permission, this.#here(agentId, this.token.user ?? this.token.self));
  }

  #here(agentId: string, userId: string | undefined): Resource {
    return { agentId, connector: tokenConnector, tenant: this.token.tenant, userId };
  }

  #may(permission: Permission, resource: Resource): boolean {
    try {
      this.#ask(permission, resource);
      return true;
    } catch (error) {
      if (error instanceof CarrierError && error.code === 'permission_denied') return false;
      throw error;
    }
  }
}
