/**
 * What a token may do at these routes. Their rooms are of its tenant, whoever it is; one that is bound to a user reaches
 * that user's direct room alone. What it may not see is answered as what is not there.
 */
import {
  agentUnknown,
  CarrierError,
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
    return this.#may(this.#permission, { ...this.#here(this.#agentId, userOfRoom(channel)), channel });
  }

  /** What is not of its own tenant is shown to those alone who keep the hub running, as operations show it. */
  sees({ connector, tenant, channel }: Omit<Source, 'messageId'>): boolean {
    if (connector === connectorName && tenant === this.token.tenant) return this.reaches(channel);
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
    return this.#may(this.#permission, this.#here(agentId, this.token.user));
  }

  #here(agentId: string, userId: string | undefined): Resource {
    return { agentId, connector: connectorName, tenant: this.token.tenant, userId };
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
