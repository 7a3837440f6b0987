import { z } from 'zod';

/** What every kind of definition has, checked before anything calls it. */
export const DefinitionShape = z.object({
  kind: z.enum(
    ['connector', 'provider', 'embedder', 'plugin', 'agentType'],
    'must be made by defineConnector, definePlugin or the like',
  ),
  name: z
    .string('must be a text')
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters')
    .regex(/^(?!carrier|redis|mongodb|otel)/, "begins like the hub's own settings; choose another name"),
  settings: z
    .custom<z.ZodObject>(
      (value) => typeof value === 'object' && value !== null && '_zod' in value && 'shape' in value,
      'must be a z.object of zod 4',
    )
    .optional(),
  create: z.custom<object>((value) => typeof value === 'function', 'must be a function'),
});
