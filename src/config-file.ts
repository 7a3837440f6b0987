/**
 * `carrier.config.json`: what is too large for the environment, which wins over it. `docs/configuration.md` explains it;
 * `docs/carrier.config.schema.json` is made from what stands here.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { HubBudgets } from './core/budget.js';
import { CheckSettings } from './core/check-rules.js';
import { jsonFault } from './core/json-fault.js';
import { ModelRef } from './core/model-ref.js';
import { PolicySettings } from './core/policy-rules.js';
import { hubSettings } from './environment.js';
import { FatalError } from './errors.js';
import { suggestion } from './nearest.js';
import { type Problem, problemsOf, problemText, sentence } from './problems.js';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters');

/** An object that says of a field it does not know which one was probably meant. */
export function knownFields<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape).filter((field) => !field.startsWith('$'));
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `"${key}" is not a field${suggestion(key, known)}`).join('; ')
        : undefined,
  });
}

/** Lists of prices per token, and numbers of other currencies' cents, are found out here: they would make every budget wrong. */
const price = z
  .number()
  .min(0)
  .max(2000, 'must be at most 2000: it is US dollars for a million tokens')
  .refine(
    (usd) => usd === 0 || usd >= 0.001,
    'must be 0 or at least 0.001: it is US dollars for a million tokens',
  );

const Abilities = knownFields({
  sees: z.boolean().describe('Takes images.').optional(),
  hears: z.boolean().describe('Takes recordings.').optional(),
  tools: z.boolean().describe('Calls tools.').optional(),
  contextTokens: z.number().int().min(256).describe('Tokens of a prompt and its answer together.').optional(),
  price: knownFields({
    input: price,
    output: price,
    cached: price
      .describe('Of the input, what the provider had kept from earlier prompts; absent: as the rest.')
      .optional(),
  })
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
    requestsPerMinute: z
      .number()
      .int()
      .min(1)
      .describe('Most requests in a minute, of all workers and all endpoints with the same key together.')
      .optional(),
    tokensPerMinute: z
      .number()
      .int()
      .min(1)
      .describe('Most tokens of prompts and answers in a minute, counted likewise.')
      .optional(),
  })
  .catchall(z.unknown())
  .describe(
    "A model provider at one address. The other fields are the provider's settings, such as baseUrl and apiKey.",
  );

const ToolSource = z
  .object({
    type: name.describe('What kind of source it is: an extension, such as mcp.'),
    trusted: z
      .boolean()
      .describe('Whether what it says of its tools is believed, also where that makes a rule milder.')
      .default(false),
  })
  .catchall(z.unknown())
  .describe("What brings tools. The other fields are its type's settings.");

const value = z.union([z.string(), z.number(), z.boolean()], 'must be a text, a number, true or false');
const holdsSecret = (setting: string) => /(PASSWORD|SECRET|KEY)$/.test(setting);
/** `scheme://user:password@host`. */
const urlWithPassword = /^[a-z+]+:\/\/[^/?#@:]*:[^/?#@]+@/i;

const Hub = z
  .object(
    Object.fromEntries(
      hubSettings
        .filter((setting) => !holdsSecret(setting) && setting !== 'CARRIER_CONFIG')
        .map((setting) => [setting, value.optional()]),
    ),
  )
  .catchall(value)
  .superRefine((hub, context) => {
    if (hub.CARRIER_CONFIG !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['CARRIER_CONFIG'],
        message: 'names this file, so it is set in the environment alone',
      });
    for (const [setting, said] of Object.entries(hub))
      if (holdsSecret(setting) || urlWithPassword.test(String(said)))
        context.addIssue({
          code: 'custom',
          path: [setting],
          message: `secrets do not stand here: set it in the environment, or the path of a file as ${setting}_FILE`,
        });
  });

const ConfigFile = knownFields({
  $schema: z.string().describe('Lets an editor check the file.').optional(),
  extensions: z
    .array(z.string().min(1))
    .describe(
      'Connectors, providers, embedders, plugins, agent types and tool sources to load: npm packages, or files such as ./my-connector.js.',
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
  toolSources: z
    .record(name, ToolSource)
    .describe('Sources of tools, by the name that characters call them by.')
    .default({}),
  budgets: HubBudgets.describe('How many tokens, or US dollars, models may cost in a day.').default([]),
  policy: PolicySettings.describe(
    'Which tools may be called by whom, and how often, for all agents.',
  ).prefault({}),
  checks: CheckSettings.describe(
    'What is taken out of what agents say, and what their calls may not carry out.',
  ).prefault({}),
  hub: Hub.describe("The hub's own settings, as .env.example has them.").default({}),
}).describe('carrier.config.json of a Carrier hub.');
type ConfigFile = z.output<typeof ConfigFile>;

/** What `carrier.config.json` has in it, for programs that give it themselves. */
export type ConfigDefinition = z.input<typeof ConfigFile>;

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
  if (path === undefined && !existsSync(file)) return readConfigDefinition({}, file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw refusal(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(file, `is not JSON: ${jsonFault(text, error as SyntaxError)}`);
  }
  return readConfigDefinition(value, file);
}

/**
 * @param file what the definition is called in messages; the folder it lies in is where its paths start from.
 * @throws FatalError `config_invalid`, naming every field at fault and what it takes.
 */
export function readConfigDefinition(value: unknown, file: string): ReadConfigFile {
  const parsed = ConfigFile.safeParse(value);
  if (parsed.success) return { ...parsed.data, folder: dirname(file) };
  const { issues } = parsed.error;
  const problems = issues.flatMap((issue) => {
    const [section] = issue.path;
    if (ofCharactersToo.has(section)) return problemsOf(new z.ZodError([issue]), ConfigFile).map(dotted);
    const message = (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message;
    return [{ field: issue.path.join('.'), message }];
  });
  const [first] = issues;
  const field = first?.code === 'unrecognized_keys' ? [...first.path, first.keys[0]] : first?.path;
  throw refusal(file, problemText(problems), field?.join('.'));
}

/** What may stand in a character, too, is told of in the same words as there. */
const ofCharactersToo: ReadonlySet<unknown> = new Set(['budgets', 'policy', 'checks']);

function dotted({ field, message }: Problem): Problem {
  return { field: field.replace(/\[(\d+)\]/g, '.$1'), message };
}

/** As editors take it: JSON Schema, draft 2020-12. */
export function configSchema(): Record<string, unknown> {
  return z.toJSONSchema(ConfigFile, { io: 'input' });
}

function refusal(file: string, problem: string, field = 'CARRIER_CONFIG'): FatalError {
  return new FatalError('config_invalid', sentence(`${file}: ${problem}`), { field });
}
