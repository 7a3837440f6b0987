import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** Checks arguments against one JSON Schema. */
export interface Schema {
  /** What is wrong, a line a fault; null: nothing. */
  problem(value: unknown): string | null;
}

/** @throws Error where the schema itself cannot be used; its message says why */
export function schemaOf(schema: Record<string, unknown>): Schema {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, logger: false });
  formats.default(ajv);
  const validate: ValidateFunction = ajv.compile(schema);
  return {
    problem(value) {
      if (validate(value)) return null;
      return (validate.errors ?? [])
        .map(({ instancePath, message }) => `${instancePath || 'the arguments'} ${message}`)
        .join('\n');
    },
  };
}
