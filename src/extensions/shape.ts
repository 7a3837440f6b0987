/** Checks that what a module exports is a definition, before anything calls it, and names what is wrong with it. */
import { z } from 'zod';
import { nearest, suggestion } from '../nearest.js';
import type { ExtensionBase } from './extension.js';
import { fieldsOf, secretsOf } from './settings.js';

export interface ShapeProblem {
  field: string;
  /** Half a sentence that follows the field. */
  problem: string;
}

const aText = z.string('must be a text');
const aBoolean = z.boolean('must be true or false');
export const aFunction = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const fieldNames = z.array(aText, 'must be a list of settings');

const StepShape = z.object(
  {
    title: aText,
    text: aText,
    url: aText.optional(),
    settings: fieldNames.optional(),
    paste: aText.optional(),
  },
  'must be an object of "title" and "text"',
);

/** What every kind of definition has. */
const BaseShape = z.object({
  kind: z.enum(
    ['connector', 'provider', 'embedder', 'plugin', 'agentType', 'toolSource'],
    'must be made by defineConnector, definePlugin or the like',
  ),
  name: aText
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters')
    .regex(/^(?!carrier|redis|mongodb|otel)/, "begins like the hub's own settings; choose another name"),
  about: aText.optional(),
  settings: z
    .custom<z.ZodObject>(
      (value) => typeof value === 'object' && value !== null && '_zod' in value && 'shape' in value,
      'must be a z.object of zod 4',
    )
    .optional(),
  setup: z.array(StepShape, 'must be a list of steps').optional(),
  create: aFunction,
});

const shapes = {
  connector: BaseShape.extend({
    serves: z.enum(['agent', 'hub'], 'must be "agent" or "hub"').optional(),
    startedBy: fieldNames.optional(),
    startedBySection: z.literal(true, 'must be true').optional(),
    token: aText.optional(),
    account: fieldNames.optional(),
    users: z.enum(['platform', 'tenant'], 'must be "platform" or "tenant"').optional(),
    shared: aFunction.optional(),
  }),
  provider: BaseShape.extend({
    startedBy: fieldNames.optional(),
    fallback: aBoolean.optional(),
    transcriber: aFunction.optional(),
    notes: aFunction.optional(),
    elsewhere: z.object({ address: aText, mayHaveKey: aText.optional() }).optional(),
    find: aFunction.optional(),
    models: aFunction.optional(),
    check: aFunction.optional(),
  }),
  embedder: BaseShape.extend({ suits: aFunction.optional(), fallback: aBoolean.optional() }),
  plugin: BaseShape.extend({ required: aBoolean.optional() }),
  agentType: BaseShape,
  toolSource: BaseShape,
};

/** What is wrong with a definition; null: it can be used. */
export function problemOfDefinition(definition: object): ShapeProblem | null {
  const kind = BaseShape.shape.kind.safeParse((definition as { kind?: unknown }).kind);
  if (!kind.success) return { field: 'kind', problem: kind.error.issues[0]!.message };
  const shape: z.ZodObject = shapes[kind.data];
  const unknown = unknownKey(definition, Object.keys(shape.shape)) ?? unknownInSetup(definition);
  if (unknown) return unknown;
  const issue = shape.safeParse(definition).error?.issues[0];
  if (issue) return { field: fieldOf(issue.path), problem: issue.message };
  return problemOfNames(definition as Definition);
}

/** Made without a define function, though it was meant for one. */
export function looksDefined(exported: object): boolean {
  return 'create' in exported || 'settings' in exported || 'setup' in exported;
}

type Definition = ExtensionBase & {
  kind: string;
  serves?: 'agent' | 'hub';
  startedBy?: string[];
  startedBySection?: true;
  token?: string;
  account?: string[];
};

/** Settings that a definition names and does not have. */
function problemOfNames(definition: Definition): ShapeProblem | null {
  const { kind, serves, startedBy, startedBySection, token, account = [], setup = [] } = definition;
  const fields = fieldsOf(definition);
  const named = [
    ...(startedBy ?? []).map((name, at) => ({ field: `startedBy[${at}]`, name })),
    ...(token === undefined ? [] : [{ field: 'token', name: token }]),
    ...account.map((name, at) => ({ field: `account[${at}]`, name })),
    ...setup.flatMap((step, index) =>
      (step.settings ?? []).map((name, at) => ({ field: `setup[${index}].settings[${at}]`, name })),
    ),
  ];
  const wrong = named.find(({ name }) => !fields.includes(name));
  if (wrong)
    return {
      field: wrong.field,
      problem: `names the setting "${wrong.name}", which there is not${suggestion(wrong.name, fields)}`,
    };
  const starts = startedBySection || (startedBy ?? secretsOf(definition)).length > 0;
  return kind !== 'connector' || serves === 'hub' || starts
    ? null
    : {
        field: 'startedBy',
        problem:
          'must name the settings that start it: it has no secret that could. One for all agents has serves: "hub"',
      };
}

function unknownInSetup({ setup }: { setup?: unknown }): ShapeProblem | undefined {
  for (const [at, step] of (Array.isArray(setup) ? setup : []).entries()) {
    const found = unknownKey(step, Object.keys(StepShape.shape), `setup[${at}].`);
    if (found) return found;
  }
  return undefined;
}

/** An object of a class may have fields of its own: of those only what looks misspelt is told. */
export function unknownKey(value: unknown, known: string[], path = ''): ShapeProblem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  const key = Object.keys(value).find(
    (one) => !known.includes(one) && (plain || nearest(one, known) !== undefined),
  );
  return key === undefined
    ? undefined
    : { field: `${path}${key}`, problem: `is unknown${suggestion(key, known)}` };
}

/** `actions[0].run` */
function fieldOf(path: PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
