/** Who is signed in, what they may, and whom they can talk with. */
import type { Request, RequestHandler } from 'express';
import { type Permission, permissions } from '../access/permissions.js';
import { authorise, authorisePart, roleOfToken, type TokenHolder } from '../access/principal.js';
import type { HubRequest } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import { tokenConnector } from '../core/connector-settings.js';
import { isSession, ownerUser } from '../core/console-user.js';
import { FatalError } from '../errors.js';
import { sendJson } from '../http/answer.js';

export interface MeParts {
  agents(): readonly Agent[];
  version: string;
}

/** As whom somebody chats here; undefined: a program with a token, which is nobody. */
export function userOf({ id, bootstrap, self, user }: TokenHolder): string | undefined {
  return user ?? self ?? (isSession(id) || bootstrap ? ownerUser : undefined);
}

export function me({ agents, version }: MeParts): RequestHandler {
  return (req: Request, res) => {
    const { principal } = req as unknown as HubRequest;
    if (!principal) throw new FatalError('token_missing', 'Sign in first.');
    const asker = { kind: 'token', ...principal } as const;
    const { name, tenant } = principal;
    const user = userOf(principal);
    const own = { connector: tokenConnector, tenant, ...(user !== undefined && { userId: user }) };
    const names = Object.keys(permissions) as Permission[];
    const ids = agents().map(({ id }) => id);
    const may = (permission: Permission) =>
      authorisePart(asker, permission, {}) ||
      ids.some((agentId) => authorise(asker, permission, { ...own, agentId }));
    res.setHeader('Cache-Control', 'no-store');
    sendJson(res, 200, {
      ...{ name, role: roleOfToken(principal), tenant, user, version },
      permissions: Object.fromEntries(names.filter(may).map((permission) => [permission, true])),
      agents: agents()
        .filter(({ id }) => authorise(asker, 'messages.send', { ...own, agentId: id }))
        .map(({ id, character }) => ({ id, name: character.name })),
    });
  };
}
