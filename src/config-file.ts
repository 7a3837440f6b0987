/** `carrier.config.json`: what is too large for the environment, which wins over it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ModelRef } from './core/character.js';
import { FatalError } from './errors.js';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters');

const Abilities = z.strictObject({
  sees: z.boolean().describe('Takes images.').optional(),
  hears: z.boolean().describe('Takes recordings.').optional(),
  tools: z.boolean().describe('Calls tools.').optional(),
  contextTokens: z.number().int().min(256).describe('Tokens of a prompt and its answer together.').optional(),
  price: z
    .strictObject({ input: z.number().min(0), output: z.number().min(0) })
    .describe('US dollars for a million tokens.')
    .optional(),
});

const Endpoint = z
  .object({
    provider: name
      .describe('The provider whose protocol it speaks; absent: the provider of the same name.')
      .optional(),
    models: z
      .record(z.string().min(1), Abilities)
      .describe('What its models can do, by their names.')
      .default({}),
  })
  .catchall(z.unknown())
  .describe(
    "A model provider at one address. The other fields are the provider's settings, such as baseUrl and apiKey.",
  );

const ConfigFile = z.strictObject({
  $schema: z.string().describe('Lets an editor check the file.').optional(),
  extensions: z
    .array(z.string().min(1))
    .describe(
      'Connectors, providers, embedders and plugins to load: npm packages, or files such as ./my-connector.js.',
    )
    .default([]),
  endpoints: z
    .record(name, Endpoint)
    .describe('Model endpoints by name; an agent asks them as NAME:MODEL.')
    .default({}),
  models: z.array(ModelRef).describe('The chain of models for agents that name none.').default([]),
  settings: z
    .record(name, z.record(z.string(), z.unknown()))
    .describe(
      "Settings of extensions, by the extension's name. Secrets as env:NAME, file:PATH or secret:NAME.",
    )
    .default({}),
  hub: z
    .record(
      z.string().regex(/^(CARRIER|REDIS|MONGODB|OTEL)_[A-Z_]+$/, "must be one of the hub's own settings"),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .refine((hub) => !Object.keys(hub).some((key) => /(PASSWORD|SECRET|KEY)$/.test(key)), {
      error: 'secrets do not stand here: set them in the environment, or as NAME_FILE',
    })
    .describe("The hub's own settings, as .env.example has them.")
    .default({}),
});
type ConfigFile = z.output<typeof ConfigFile>;

/** The file's folder is where paths in it start from. */
export interface ReadConfigFile extends ConfigFile {
  folder: string;
}

const usualPath = './carrier.config.json';

/**
 * @param path where it was said to be; absent: the usual place, where there may be none.
 * @throws FatalError `config_invalid`, naming the file, every field at fault and what it takes.
 */
export function readConfigFile(path?: string): ReadConfigFile {
  const file = resolve(path ?? usualPath);
  if (path === undefined && !existsSync(file)) return { ...ConfigFile.parse({}), folder: dirname(file) };
  const refuse = (problem: string, field = 'CARRIER_CONFIG') =>
    new FatalError('config_invalid', `${file}: ${problem}.`, { field });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refuse(code ? `cannot be read (${code})` : `is not JSON: ${message}`);
  }
  const parsed = ConfigFile.safeParse(value);
  if (parsed.success) return { ...parsed.data, folder: dirname(file) };
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw refuse(problems.join('; '), parsed.error.issues[0]?.path.join('.'));
}
