import { z } from 'zod';

/** A provider or an endpoint, and perhaps one of its models: `local:llama-4`, `offline`. */
export const ModelRef = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}(:\S.*)?$/, 'must be a provider or an endpoint, with an optional :model');
