import { z } from 'zod';
import { hubTenant } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import { tokenConnector } from '../core/connector-settings.js';
import { FatalError } from '../errors.js';
import { revocationNote } from '../store/revocation.js';
import { defineOperation } from './operation.js';
import { instant, texts } from './shapes.js';

const ShownToken = z.object({ ...texts('name', 'role', 'tenant'), createdAt: instant });

const unknown = { message: 'No such token. tokens.list names them.', field: 'name' };

export const listTokens = defineOperation({
  name: 'tokens.list',
  about: 'the tokens that may call the hub, never the secrets themselves',
  permission: 'tokens.read',
  reads: true,
  input: z.strictObject({}),
  concerns: () => ({ connector: tokenConnector }),
  partly: true,
  output: z.object({ tokens: z.array(ShownToken) }),
  run: async (_input, { store, sees }) => ({
    tokens: (await store.tokens.list()).filter((token) => sees(ownerOf(token))),
  }),
});

export const revokeToken = defineOperation({
  name: 'tokens.revoke',
  about: 'withdraw a token: within a second no process takes it',
  permission: 'tokens.revoke',
  input: z.strictObject({ name: z.string().min(1).max(512) }),
  output: ShownToken,
  async concerns({ name }, { store }) {
    const token = (await store.tokens.list()).find((known) => known.name === name);
    return token ? ownerOf(token) : {};
  },
  unknown,
  audit: (input) => input,
  async run({ name }, { store }) {
    const token = (await store.tokens.list()).find((known) => known.name === name);
    if (!token) throw new FatalError('not_found', unknown.message, { field: unknown.field });
    // Noted first: its file may still be there, and the next start must not take it for a new one.
    await revocationNote.put(store.notes, token.hash, { name, revokedAt: Date.now() });
    await store.tokens.remove(name);
    return token;
  },
});

/** Of its tenant, or of the whole hub. */
function ownerOf({ tenant }: { tenant: string }): Resource {
  return tenant === hubTenant ? {} : { connector: tokenConnector, tenant };
}
