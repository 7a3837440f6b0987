import { z } from 'zod';

/** What a kept secret is called, in `secret:NAME`. */
export const SecretName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'the name of a secret has 1 to 64 characters, a-z, 0-9, ".", "_" and "-", and begins with a letter or a digit',
  );
