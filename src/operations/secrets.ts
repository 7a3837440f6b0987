import { z } from 'zod';
import { SecretName } from '../core/secret-name.js';
import { FatalError } from '../errors.js';
import { defineOperation, type SecretVault } from './operation.js';
import { instant } from './shapes.js';

// Here and not only in the vault: the audit row has the name of what was checked, and a value may stand in its place.
const name = SecretName;
const value = z.string().min(1, 'must not be empty').max(65_536);

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
  example: { name: 'shop.key', value: 'the value' },
  about: 'keep a secret under a name, for `secret:NAME`',
  ...changing(z.strictObject({ name, value }), (vault, input) => vault.set(input.name, input.value)),
});

export const rotateSecret = defineOperation({
  name: 'secrets.rotate',
  example: { name: 'shop.key', value: 'the next value' },
  about: 'replace a secret: only what uses it starts anew',
  ...changing(z.strictObject({ name, value }), (vault, input) => vault.rotate(input.name, input.value)),
});

export const removeSecret = defineOperation({
  name: 'secrets.remove',
  example: { name: 'shop.key' },
  about: 'forget a secret',
  ...changing(z.strictObject({ name }), (vault, input) => vault.remove(input.name)),
});

/** Done to the one secret that the input names. */
function changing<Input extends z.ZodType<{ name: string }>>(
  input: Input,
  change: (vault: SecretVault, input: z.output<Input>) => Promise<void>,
) {
  return {
    permission: 'secrets.change' as const,
    input,
    output: z.object({ name: z.string() }),
    audit: ({ name }: z.output<Input>) => ({ name }),
    async run(input: z.output<Input>, { secrets }: { secrets: SecretVault | null }) {
      await change(kept(secrets), input);
      return { name: input.name };
    },
  };
}

function kept(secrets: SecretVault | null): SecretVault {
  if (secrets) return secrets;
  throw new FatalError('config_invalid', 'This hub keeps no secrets; use env:NAME or file:PATH instead.');
}
