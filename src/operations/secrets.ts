import { z } from 'zod';
import { SecretName } from '../core/secret-name.js';
import { FatalError } from '../errors.js';
import { defineOperation, type SecretVault } from './operation.js';
import { instant } from './shapes.js';

// Here and not only in the vault: the audit row has the name of what was checked, and a value may stand in its place.
const name = SecretName;
const value = z.string().min(1, 'must not be empty').max(65_536);
const Named = z.object({ name: z.string() });
const audit = (input: { name: string }) => ({ name: input.name });

export const listSecrets = defineOperation({
  name: 'secrets.list',
  about: 'the names of the secrets the hub keeps, never their values',
  permission: 'secrets.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({ secrets: z.array(z.object({ name: z.string(), setAt: instant })) }),
  run: async (_input, { secrets }) => ({ secrets: await kept(secrets).list() }),
});

export const setSecret = defineOperation({
  name: 'secrets.set',
  about: 'keep a secret under a name, for `secret:NAME`',
  permission: 'secrets.change',
  input: z.strictObject({ name, value }),
  output: Named,
  audit,
  async run(input, { secrets }) {
    await kept(secrets).set(input.name, input.value);
    return { name: input.name };
  },
});

export const rotateSecret = defineOperation({
  name: 'secrets.rotate',
  about: 'replace a secret: only what uses it starts anew',
  permission: 'secrets.change',
  input: z.strictObject({ name, value }),
  output: Named,
  audit,
  async run(input, { secrets }) {
    await kept(secrets).rotate(input.name, input.value);
    return { name: input.name };
  },
});

export const removeSecret = defineOperation({
  name: 'secrets.remove',
  about: 'forget a secret',
  permission: 'secrets.change',
  input: z.strictObject({ name }),
  output: Named,
  audit,
  async run(input, { secrets }) {
    await kept(secrets).remove(input.name);
    return input;
  },
});

function kept(secrets: SecretVault | null): SecretVault {
  if (secrets) return secrets;
  throw new FatalError('config_invalid', 'This hub keeps no secrets; use env:NAME or file:PATH instead.');
}
