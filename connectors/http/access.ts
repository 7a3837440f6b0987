/**
 * What a token may do at these routes. Their rooms are of its tenant, whoever it is; one that is bound to a user reaches
 * that user's direct room alone. What it may not see is answered as what is not there.
 */
import type { IncomingMessage } from 'node:http';
import {
  agentUnknown,
  authorise,
  authorisePart,
  FatalError,
  type Host,
  type HubRequest,
  type Permission,
  type Principal,
  type Resource,
  type Source,
} from '../../src/extension-api.js';
import { connectorName, userOfRoom } from './normalize.js';

export class Access {
  readonly token: Principal;
  readonly #agentId: string;
  readonly #permission: Permission;

  /** @throws FatalError `permission_denied`: the token is not for this, at whatever agent. */
  constructor(req: IncomingMessage, agentId: string, permission: Permission) {
    const { principal } = req as HubRequest;
    if (!principal) throw new FatalError('token_missing', "This route is only open behind the hub's tokens.");
    this.token = principal;
    this.#agentId = agentId;
    this.#permission = permission;
    if (!this.#some({})) throw this.denied();
  }

  /** @throws FatalError `agent_unknown`, also where the token is for other agents. */
  requireAgent(host: Pick<Host, 'requireAgent'>): void {
    if (!this.#some({ agentId: this.#agentId })) throw agentUnknown(this.#agentId);
    host.requireAgent(this.#agentId);
  }

  reaches(channel: string): boolean {
    return this.#may(this.#permission, { tenant: this.token.tenant, channel });
  }

  /** What is not of its own tenant is shown to those alone who keep the hub running, as operations show it. */
  sees({ connector, tenant, channel }: Omit<Source, 'messageId'>): boolean {
    if (connector === connectorName && tenant === this.token.tenant) return this.reaches(channel);
    return this.#may('turns.read', { connector, tenant, channel });
  }

  /** Whatever room it is of. */
  seesAll(): boolean {
    return authorise({ kind: 'token', ...this.token }, 'turns.read', { agentId: this.#agentId });
  }

  denied(field?: string): FatalError {
    const what = field === undefined ? '' : `${field}: `;
    return new FatalError('permission_denied', `${what}This token is not for that (${this.#permission}).`, {
      field,
    });
  }

  #may(permission: Permission, where: Required<Pick<Resource, 'tenant' | 'channel'>> & Resource): boolean {
    const { connector = connectorName } = where;
    const userId = connector === connectorName ? userOfRoom(where.channel) : undefined;
    const resource = { agentId: this.#agentId, ...where, connector, userId };
    return authorise({ kind: 'token', ...this.token }, permission, resource);
  }

  #some(where: Resource): boolean {
    const here = { connector: connectorName, tenant: this.token.tenant, ...where };
    return authorisePart({ kind: 'token', ...this.token }, this.#permission, here);
  }
}
