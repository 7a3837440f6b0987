/** Generic webhooks: whoever has a source's secret posts JSON, which becomes a message to an agent. */
import type { ServerResponse } from 'node:http';
import {
  type Connector,
  FatalError,
  type Host,
  type HubRequest,
  RetryableError,
} from '../../src/extension-api.js';
import { readBytes } from '../http/body.js';
import { sendJson } from '../http/render.js';
import { connectorName, isPing, isWanted, toInbound } from './normalize.js';
import { bodyKind, payloadOf } from './payload.js';
import { isSigned } from './signature.js';
import type { WebhookSource } from './source.js';

export interface WebhookConnectorOptions {
  /** By the agent's id, then by the source's name. */
  agents: Readonly<Record<string, Readonly<Record<string, WebhookSource>>>>;
  maxBodyBytes: number;
}

export function webhookConnector({ agents, maxBodyBytes }: WebhookConnectorOptions): Connector {
  let host: Host | null = null;

  /** A request is judged in this order: source, hub, type, size, signature, agent, body, filter, gate. */
  async function take(req: HubRequest, res: ServerResponse, agentId: string, name: string): Promise<void> {
    const source = sourceOf(agentId, name);
    if (req.method !== 'POST') {
      res.setHeader('Allow', 'POST');
      throw new FatalError('method_not_allowed', `${req.method} is not possible here; use POST.`);
    }
    const hub = running();
    const kind = bodyKind(req);
    const { headers } = req;
    const body = await readBytes(req, maxBodyBytes);
    if (!isSigned(source, { headers, body }))
      throw new FatalError('token_invalid', 'The post is not signed by this source, or is too old.');
    hub.requireAgent(agentId);
    const post = { agentId, name, source, headers, body, payload: payloadOf(kind, body) };
    if (isPing(post)) return sendJson(res, 200, { status: 'pong' });
    const message = isWanted(post) ? toInbound(post) : null;
    const receipt = message && (await hub.receive(message, { waits: true }));
    if (!receipt) return sendJson(res, 200, { status: 'ignored' });
    sendJson(res, 202, { id: receipt.memory.id, status: receipt.duplicate ? 'duplicate' : 'accepted' });
  }

  function sourceOf(agentId: string, name: string): WebhookSource {
    const sources = Object.hasOwn(agents, agentId) ? agents[agentId]! : {};
    if (Object.hasOwn(sources, name)) return sources[name]!;
    throw new FatalError('not_found', 'No such webhook.', { field: 'source' });
  }

  /** @throws RetryableError `shutting_down`, `overloaded` */
  function running(): Host {
    if (!host)
      throw new RetryableError(
        'shutting_down',
        'The hub takes no messages just now; send it again shortly.',
        {
          retryAfterMs: 5000,
        },
      );
    const busy = host.busy();
    if (busy) throw busy;
    return host;
  }

  return {
    name: connectorName,

    async start(given) {
      host = given;
      for (const source of sharedNames(agents))
        given.log.warn(
          { source },
          'two agents have a source of this name with different secrets; their authors are taken for the same people',
        );
    },

    async stop() {
      host = null;
    },

    routes: {
      access: 'own',
      handler(req, res, next) {
        const [path = ''] = (req.url ?? '').split('?');
        const [, agentId, name] = /^\/webhooks\/([\w.-]+)\/([\w.-]+)\/?$/.exec(path) ?? [];
        if (agentId === undefined || name === undefined) return next();
        take(req, res, agentId, name).catch(next);
      },
    },
  };
}

/** A name is a tenant: whoever posts under it speaks for all of its people. */
function sharedNames(agents: WebhookConnectorOptions['agents']): string[] {
  const secrets = new Map<string, Set<string>>();
  for (const sources of Object.values(agents))
    for (const [name, { secret }] of Object.entries(sources))
      secrets.set(name, (secrets.get(name) ?? new Set()).add(secret));
  return [...secrets].flatMap(([name, { size }]) => (size > 1 ? [name] : []));
}
